package dev.gsv.cmp.flows;

import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** A model's response body of bounded size; a longer one ends with a fault, and its connection is closed. */
final class ModelClientBody implements BodySubscriber<byte[]> {
    /** Largest response of a model server, in bytes. */
    static final long MAX_ANSWER_BYTES = 4L * 1024 * 1024;

    private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private @Nullable Subscription subscription;
    private long received;

    @Override
    public CompletionStage<byte[]> getBody() {
        bytes.getBody().whenComplete((all, thrown) -> {
            if (thrown == null) {
                body.complete(all);
            } else {
                body.completeExceptionally(thrown);
            }
        });
        return body;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        bytes.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        received += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        if (received > MAX_ANSWER_BYTES && subscription != null) {
            subscription.cancel();
            body.completeExceptionally(new NodeFault(
                    Fault.MODEL_ANSWER_TOO_LARGE, "The model server sent more than " + MAX_ANSWER_BYTES + " bytes."));
            return;
        }
        bytes.onNext(buffers);
    }

    @Override
    public void onError(Throwable thrown) {
        bytes.onError(thrown);
    }

    @Override
    public void onComplete() {
        bytes.onComplete();
    }
}
