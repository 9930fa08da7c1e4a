package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;

/**
 * A base of documents.
 *
 * @param revision grows with every change of its content
 */
public record Base(UUID id, OrgId org, String name, long revision) {}
