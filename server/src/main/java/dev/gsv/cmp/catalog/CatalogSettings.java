package dev.gsv.cmp.catalog;

import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Configuration;

/**
 * Settings of the catalogue.
 *
 * @param listingApproval {@code CMP_LISTING_APPROVAL}: true when an operator approves each listing before it is
 *     published
 * @param runtimes {@code CMP_RUNTIMES}: what can execute a version here
 */
@ConfigurationProperties("cmp.catalog")
record CatalogSettings(
        @DefaultValue("false") boolean listingApproval,
        @DefaultValue("native") Set<String> runtimes) {

    CatalogSettings {
        runtimes = Set.copyOf(runtimes);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(CatalogSettings.class)
    static class Config {}
}
