package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.kit.Job;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on documents. */
@Configuration(proxyBeanMethods = false)
class KnowledgeJobs {

    /** Uploads wake a worker at once; this finds retries, and what a node left that died. */
    @Bean
    Job waitingDocuments(Ingestion ingestion) {
        return new Job("knowledge.ingest", Duration.ofSeconds(2), ingestion::wake);
    }

    @Bean
    Job missingVectors(Embedder embedder) {
        return new Job("knowledge.embed", Duration.ofSeconds(20), embedder::sweep);
    }
}
