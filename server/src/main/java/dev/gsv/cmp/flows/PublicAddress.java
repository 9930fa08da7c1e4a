package dev.gsv.cmp.flows;

import java.net.Inet4Address;
import java.net.InetAddress;

/** Whether an address belongs to the public internet, and not to this machine, its network or its cloud. */
final class PublicAddress {
    /** Networks of IPv4 that are not public, as address and length of the prefix (RFC 6890). */
    private static final int[][] PRIVATE = {
        {0x00000000, 8},
        {0x0A000000, 8},
        {0x64400000, 10},
        {0x7F000000, 8},
        {0xA9FE0000, 16},
        {0xAC100000, 12},
        {0xC0000000, 24},
        {0xC0000200, 24},
        {0xC0586300, 24},
        {0xC0A80000, 16},
        {0xC6120000, 15},
        {0xC6336400, 24},
        {0xCB007100, 24},
        {0xE0000000, 3},
    };

    private PublicAddress() {}

    static boolean is(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            int number = word(bytes, 0);
            for (int[] network : PRIVATE) {
                if ((number ^ network[0]) >>> (32 - network[1]) == 0) {
                    return false;
                }
            }
            return true;
        }
        // Of IPv6 only 2000::/3 is public, without the parts that carry IPv4 inside or stand in books.
        int first = word(bytes, 0);
        return first >>> 29 == 1
                && first >>> 9 != 0x20010000 >>> 9
                && first != 0x20010db8
                && first >>> 16 != 0x2002
                && first >>> 12 != 0x3fff0;
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }
}
