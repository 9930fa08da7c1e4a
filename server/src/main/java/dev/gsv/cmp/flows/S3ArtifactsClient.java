package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.KitProblem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * One bucket of an S3 API, addressed by path. Whatever goes wrong there is 503 for the caller; the log names the status
 * and the kind of failure, never a credential or a signed address.
 */
class S3ArtifactsClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(S3ArtifactsClient.class);

    /** Bound on one call with its repetitions. */
    static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    /** Bound on one attempt. */
    static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;

    /** What tells two states of an object apart without reading it. */
    record Tag(String tag, long size) {}

    /** An object and its tag. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Got(byte[] bytes, Tag tag) {}

    private final S3Client s3;
    private final String bucket;

    S3ArtifactsClient(ArtifactSettings settings) {
        this.bucket = settings.bucket();
        this.s3 = S3Client.builder()
                .endpointOverride(settings.endpointAddress())
                .region(Region.of(settings.region()))
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(settings.accessKey(), settings.secretKey())))
                .httpClient(UrlConnectionHttpClient.builder()
                        .connectionTimeout(ATTEMPT_TIMEOUT)
                        .socketTimeout(ATTEMPT_TIMEOUT)
                        .build())
                // One signature over the whole content, in place of one for each chunk: every store knows it.
                .serviceConfiguration(parts -> parts.chunkedEncodingEnabled(false))
                // Many stores refuse the newer trailers; our own hash is checked at every read.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(
                        limits -> limits.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT))
                .build();
    }

    /** The tag of an object, empty when there is none. */
    Optional<Tag> tag(String key) {
        return found("look at", () -> {
            HeadObjectResponse head =
                    s3.headObject(request -> request.bucket(bucket).key(key));
            return new Tag(String.valueOf(head.eTag()), head.contentLength());
        });
    }

    /** Reads an object, up to one byte beyond the limit; empty when there is none. */
    Optional<Got> get(String key) {
        // Read inside the call, so that its time limits hold for the content too.
        return found(
                "read",
                () -> s3.getObject(request -> request.bucket(bucket).key(key), (head, in) -> {
                    byte[] bytes = in.readNBytes(Artifacts.MAX_BYTES + 1);
                    if (bytes.length > Artifacts.MAX_BYTES) {
                        in.abort();
                    }
                    return new Got(bytes, new Tag(String.valueOf(head.eTag()), head.contentLength()));
                }));
    }

    /** Writes an object if its key is free. Returns false when it was not. */
    boolean create(String key, byte[] bytes) {
        try {
            s3.putObject(
                    request -> request.bucket(bucket)
                            .key(key)
                            .ifNoneMatch("*")
                            .contentType("application/json")
                            .contentLength((long) bytes.length),
                    RequestBody.fromBytes(bytes));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED || e.statusCode() == CONFLICT) {
                return false;
            }
            throw failed("write", code(e), e.statusCode());
        } catch (SdkException e) {
            throw failed("write", e.getClass().getSimpleName(), 0);
        }
    }

    /** Keys below a prefix in their order, after one of them. */
    List<Artifacts.Listed> list(String prefix, String after, int atMost) {
        return found(
                        "list",
                        () -> s3
                                .listObjectsV2(request -> request.bucket(bucket)
                                        .prefix(prefix)
                                        .startAfter(after.isEmpty() ? null : after)
                                        .maxKeys(atMost))
                                .contents()
                                .stream()
                                .map(object -> new Artifacts.Listed(object.key(), object.lastModified()))
                                .toList())
                .orElse(List.of());
    }

    void remove(String key) {
        found("remove", () -> s3.deleteObject(request -> request.bucket(bucket).key(key)));
    }

    private <T> Optional<T> found(String what, Supplier<T> call) {
        try {
            return Optional.of(call.get());
        } catch (S3Exception e) {
            // A missing bucket is our configuration, not a missing object.
            if (e.statusCode() == NOT_FOUND && !code(e).equals("NoSuchBucket")) {
                return Optional.empty();
            }
            throw failed(what, code(e), e.statusCode());
        } catch (SdkException e) {
            throw failed(what, e.getClass().getSimpleName(), 0);
        }
    }

    private static String code(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? "no code"
                : e.awsErrorDetails().errorCode();
    }

    private static KitProblem failed(String what, String kind, int status) {
        LOG.error("the object store could not {} an object: {} (status {})", what, kind, status);
        return new KitProblem.Unavailable("The storage of flows does not answer. Try again.", TRY_AGAIN);
    }

    @Override
    public void close() {
        s3.close();
    }
}
