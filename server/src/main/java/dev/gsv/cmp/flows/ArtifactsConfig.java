package dev.gsv.cmp.flows;

import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Chooses where artifacts are kept. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ArtifactSettings.class)
class ArtifactsConfig {
    private static final Logger LOG = LoggerFactory.getLogger(ArtifactsConfig.class);

    @Bean
    Artifacts artifacts(ArtifactSettings settings, Clock clock) {
        if (settings.remote()) {
            LOG.info("artifacts are kept in the bucket {} of an S3 API", settings.bucket());
            return new S3Artifacts(new S3ArtifactsClient(settings), clock);
        }
        return new FileArtifacts(settings.directory());
    }
}
