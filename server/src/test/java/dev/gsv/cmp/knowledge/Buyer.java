package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.flows.Seller;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** A buyer with an instance, as seen over HTTP. */
record Buyer(Api api, UUID org, UUID instance, UUID offering) {
    static Buyer open() {
        return open(Map.of());
    }

    static Buyer open(Map<String, Object> limits) {
        Seller seller = Seller.open();
        String offering = seller.offering();
        Seller.Bought bought = seller.sell(offering, limits);
        return new Buyer(bought.api(), bought.org(), bought.instance(), UUID.fromString(offering));
    }

    String path() {
        return "/api/v1/instances/" + instance + "/training_documents";
    }

    Api.Reply upload(String filename, byte[] bytes) {
        String boundary = "b" + UUID.randomUUID().toString().replace("-", "");
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + filename
                        + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(bytes);
        body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return api.with("Content-Type", "multipart/form-data; boundary=" + boundary)
                .send("POST", path(), body.toByteArray());
    }

    Api.Reply upload(String filename, String text) {
        return upload(filename, text.getBytes(StandardCharsets.UTF_8));
    }

    Api.Reply teach(Map<String, ?> body) {
        return api.post(path(), body);
    }

    /** The document once its worker is done with it. */
    JsonNode done(String document) {
        long until = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (System.nanoTime() < until) {
            JsonNode now = api.get(path() + "/" + document).expect(200).json();
            if (List.of("READY", "FAILED").contains(now.path("status").stringValue())) {
                return now;
            }
            pause();
        }
        throw new AssertionError("the document is not done in time: "
                + api.get(path() + "/" + document).text());
    }

    JsonNode done(Api.Reply accepted) {
        return done(accepted.expect(202).at("/id"));
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
