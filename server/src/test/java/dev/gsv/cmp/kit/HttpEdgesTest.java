package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.transaction.CannotCreateTransactionException;

/** What every route has in common: how a call that cannot be understood is answered. */
class HttpEdgesTest {

    private static final String LOGIN = "/api/v1/auth/login";
    private final Api api = Harness.api();

    @Test
    void every_error_leaves_as_problem_json_with_a_code_a_safe_sentence_and_a_page() {
        List<Function<Api, Api.Reply>> failures = List.of(
                a -> a.get("/no/such/route"),
                a -> a.get(LOGIN),
                a -> a.post(LOGIN, "{"),
                a -> a.post(LOGIN, "[]"),
                a -> a.get("/api/v1/orgs"),
                a -> a.as("rubbish").get("/api/v1/orgs"),
                a -> a.with("Content-Type", "text/plain").post(LOGIN, "x"),
                a -> a.post(LOGIN, "x".repeat(Body.MAX_BODY_BYTES + 1)),
                a -> a.with("Accept", "image/png").get("/api/v1/offerings"),
                a -> a.get("/api/v1/orgs/%00"),
                a -> a.get("/api/v1/orgs/..%2f..%2fetc"),
                a -> a.get("/api/v1//orgs;x=1"));
        for (Function<Api, Api.Reply> failure : failures) {
            Api.Reply reply = failure.apply(api);
            String what = reply.method() + " " + reply.path() + " " + reply.text();
            assertThat(reply.status()).as(what).isBetween(400, 499);
            assertThat(reply.header("content-type"))
                    .as(what)
                    .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
            assertThat(reply.json().at("/status").asInt()).as(what).isEqualTo(reply.status());
            assertThat(reply.code()).as(what).matches("[A-Z_]+");
            assertThat(reply.at("/detail")).as(what).isNotBlank().doesNotContain("Exception", "java.", "select ");
            assertThat(reply.at("/error/message")).isEqualTo(reply.at("/detail"));
            assertThat(reply.at("/error/trace_id"))
                    .isEqualTo(reply.header("x-request-id").orElseThrow());
            assertThat(api.get(reply.at("/type")).expect(200).text()).contains(reply.code());
        }
        String words = "java.lang.Exception: select password from account";
        for (Exception failure : List.of(
                new IllegalStateException(words),
                new DataAccessResourceFailureException(words),
                new BadSqlGrammarException(words, words, new SQLException(words, "42P01")),
                new CannotCreateTransactionException(words, new SQLException(words, "08006")))) {
            Problem problem = ProblemAdvice.problemOf(failure);
            assertThat(problem.status()).as(failure.toString()).isBetween(500, 599);
            assertThat(problem.sentence()).isNotBlank().doesNotContain("Exception", "java.", "select ");
            assertThat(api.get(problem.page()).expect(200).text()).contains(problem.code());
        }
    }

    @Nested
    class Answers400 {
        @Test
        void malformed_json_says_where() {
            assertThat(api.post(LOGIN, "{\"email\": }")
                            .expect(400, "VALIDATION_ERROR")
                            .at("/detail"))
                    .contains("line 1");
        }

        @Test
        void a_wrong_type_names_the_field() {
            assertThat(api.post(LOGIN, "{\"email\": 5, \"password\": \"x\"}")
                            .expect(400, "VALIDATION_ERROR")
                            .at("/detail"))
                    .contains("email");
        }

        @Test
        void a_missing_field_is_named() {
            assertThat(api.post(LOGIN, "{\"email\": \"a@b.test\"}").expect(400).text())
                    .contains("password");
        }

        @Test
        void a_body_nested_ten_thousand_deep_is_refused() {
            api.post(LOGIN, "[".repeat(10_000) + "]".repeat(10_000)).expect(400, "VALIDATION_ERROR");
        }

        @Test
        void a_member_named_twice_is_refused() {
            api.post(LOGIN, "{\"email\":\"a@b.test\",\"email\":\"c@d.test\",\"password\":\"x\"}")
                    .expect(400, "VALIDATION_ERROR");
        }

        @Test
        void an_empty_body_is_refused() {
            api.with("Content-Type", "application/json").post(LOGIN).expect(400, "VALIDATION_ERROR");
        }
    }

    @Nested
    class Answers404 {
        @Test
        void an_unknown_route_is_not_found() {
            api.get("/api/v1/no-such-thing").expect(404, "NOT_FOUND");
            api.post("/v1/no-such-thing", "{}").expect(404, "NOT_FOUND");
        }
    }

    @Nested
    class Answers405 {
        @Test
        void another_method_is_told_which_are_possible() {
            assertThat(api.get(LOGIN).expect(405, "METHOD_NOT_ALLOWED").at("/detail"))
                    .contains("POST");
        }
    }

    @Nested
    class Answers413 {
        @Test
        void a_body_over_256_kb_is_refused_and_the_connection_goes_on() {
            for (int i = 0; i < 3; i++) {
                api.post(LOGIN, "\"" + "x".repeat(Body.MAX_BODY_BYTES) + "\"").expect(413, "REQUEST_TOO_LARGE");
            }
            api.get("/health").expect(200);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 9, 20, 50})
        void a_sender_that_reads_only_after_it_has_sent_gets_the_answer_too(int megabytes) throws Exception {
            URI base = URI.create(Harness.shared().base());
            try (Socket socket = new Socket(base.getHost(), base.getPort())) {
                socket.setSoTimeout(20_000);
                byte[] megabyte = new byte[1024 * 1024];
                OutputStream out = socket.getOutputStream();
                out.write(("POST /v1/runs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                                + (long) megabytes * megabyte.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < megabytes; i++) {
                    out.write(megabyte);
                }
                out.flush();
                String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
                assertThat(answer).isEqualTo("HTTP/1.1 413");
            }
        }

        @Test
        void a_flow_of_50_mb_is_refused() {
            api.post("/api/v1/flows/import", "\"" + "x".repeat(50 * 1024 * 1024) + "\"")
                    .expect(413, "REQUEST_TOO_LARGE");
        }
    }

    @Nested
    class Answers415 {
        @Test
        void a_body_that_is_no_json_is_refused() {
            api.with("Content-Type", "text/plain").post(LOGIN, "x").expect(415, "UNSUPPORTED_MEDIA_TYPE");
            api.with("Content-Type", "application/x-www-form-urlencoded")
                    .post(LOGIN, "a=b")
                    .expect(415, "UNSUPPORTED_MEDIA_TYPE");
        }
    }

    @Nested
    class TraceId {
        @Test
        void is_adopted_from_the_caller() {
            assertThat(api.with("X-Request-Id", "abc-1").get("/health").header("x-request-id"))
                    .contains("abc-1");
            assertThat(api.with("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                            .get("/health")
                            .header("x-request-id"))
                    .contains("0af7651916cd43dd8448eb211c80319c");
        }

        @Test
        void is_never_a_way_to_write_into_the_log() {
            assertThat(api.with("X-Request-Id", "a b\tc{}").get("/health").header("x-request-id"))
                    .hasValueSatisfying(id -> assertThat(id).matches("[0-9a-f]{32}"));
        }
    }
}
