package dev.gsv.cmp.instances;

import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;

/** An instance has ended. Published inside the transaction: keys stop, open reservations are released. */
public record InstanceTerminated(OrgId org, UUID instance) {}
