package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;

/** Asks to charge what an answered run used, against its hold. */
public record SettleRequest(OrgId org, UUID reservation, UUID instance, Meters usage) {}
