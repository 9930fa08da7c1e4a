package dev.gsv.cmp.quotas;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of quotas.
 *
 * @param tenant where the admin calls work when they name no tenant ({@code CMP_TENANT}); what is said there holds for
 *     all tenants
 * @param project the same for the project ({@code CMP_PROJECT})
 */
@ConfigurationProperties("cmp.quotas")
record QuotaSettings(
        @DefaultValue("default") String tenant,
        @DefaultValue("default") String project) {

    QuotaSettings {
        if (tenant.isBlank() || project.isBlank()) {
            throw new IllegalArgumentException("CMP_TENANT and CMP_PROJECT are not empty");
        }
    }

    /** The place of the installation. */
    Place installation() {
        return new Place(tenant, project);
    }
}
