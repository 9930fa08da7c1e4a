package dev.gsv.cmp;

import dev.gsv.cmp.billing.VerifyLedger;
import dev.gsv.cmp.kit.StopBound;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** CMP, the Cloud Marketplace Platform: one jar, all rooms. */
@SpringBootApplication(proxyBeanMethods = false)
public class Cmp {
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals(VerifyLedger.COMMAND)) {
            System.exit(VerifyLedger.run(Arrays.copyOfRange(args, 1, args.length)));
        }
        StopBound.arm();
        SpringApplication.run(Cmp.class, args);
    }
}
