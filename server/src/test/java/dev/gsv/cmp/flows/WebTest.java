package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.env.MockEnvironment;

class WebTest {
    private FakeModel server;
    private Bench bench;

    @BeforeEach
    void open() throws Exception {
        server = new FakeModel();
        bench = new Bench(
                new ModelSettings("", "", ""),
                new FetchSettings(List.of(), List.of(URI.create(server.url()).getAuthority())));
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        server.close();
    }

    private static Graph page(String url, Object... more) {
        Object[] fields = new Object[more.length + 2];
        fields[0] = "urls";
        fields[1] = url;
        System.arraycopy(more, 0, fields, 2, more.length);
        return new Graph()
                .node("x", "URLComponent", fields)
                .node("out", "ChatOutput")
                .edge("x", "page_results", "out", "input_value");
    }

    private Outcome.Failed failed(String url) {
        return bench.failed(page(url));
    }

    private void redirect(String to) {
        server.next(exchange -> exchange.out()
                .write(("HTTP/1.1 302 X\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Nested
    class Addresses {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "127.0.0.1",
                    "10.1.2.3",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "169.254.169.254",
                    "0.0.0.0",
                    "100.64.0.1",
                    "198.18.0.1",
                    "224.0.0.1",
                    "255.255.255.255",
                    "192.0.2.1",
                    "::1",
                    "::",
                    "fc00::1",
                    "fd12::1",
                    "fe80::1",
                    "ff02::1",
                    "::ffff:127.0.0.1",
                    "64:ff9b::7f00:1",
                    "2002:7f00:1::",
                    "2001:db8::1",
                    "2001::1",
                    "fd00:ec2::254",
                    "::127.0.0.1",
                    "3fff::1"
                })
        void that_are_not_public(String address) throws Exception {
            assertThat(PublicAddress.is(InetAddress.getByName(address))).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "1.1.1.1",
                    "172.32.0.1",
                    "100.128.0.1",
                    "192.169.0.1",
                    "223.255.255.255",
                    "2606:4700::1",
                    "2a00:1450::1"
                })
        void that_are(String address) throws Exception {
            assertThat(PublicAddress.is(InetAddress.getByName(address))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://localhost/",
                "http://[::1]/",
                "http://2130706433/",
                "http://0x7f000001/",
                "http://169.254.169.254/latest/meta-data/",
                "http://user@1.1.1.1/",
                "ftp://1.1.1.1/",
                "file:///etc/passwd",
                "http://1.1.1.1:22/",
                "http://[fd00:ec2::254]/",
                "gopher://1.1.1.1:80/"
            })
    void a_flow_never_reaches_what_is_not_public(String url) {
        assertThat(failed(url).fault()).as(url).isIn(Fault.FETCH_NOT_ALLOWED, Fault.FETCH_FAILED);
        assertThat(server.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://169.254.169.254/latest/", "http://127.0.0.1:80/", "//localhost/", "file:///etc/passwd"})
    void nor_by_a_redirect(String to) {
        redirect(to);
        assertThat(failed(server.url()).fault()).isEqualTo(Fault.FETCH_NOT_ALLOWED);
    }

    @Test
    void a_redirect_without_end_ends() {
        server.always(exchange -> exchange.out()
                .write("HTTP/1.1 301 X\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII)));
        assertThat(failed(server.url()).fault()).isEqualTo(Fault.FETCH_FAILED);
        assertThat(server.requests).hasSize(FetchClient.MAX_REDIRECTS + 1);
    }

    @Test
    void a_page_is_read_as_text() {
        redirect("/page");
        server.next(exchange -> exchange.send(
                200,
                "text/html; charset=utf-8",
                "<html><head><title>T &amp; U</title><style>p{}</style></head><body><script>evil()</script>"
                        + "<h1>Größe</h1><p>a&nbsp;&lt;b&gt; &#8364;</p><!-- hidden --></body></html>"));
        assertThat(bench.answered(page(server.url())).text()).isEqualTo("Größe\na <b> €");
        server.next(exchange -> exchange.send(200, "text/html", "<b>x</b>"));
        assertThat(bench.answered(page(server.url(), "format", "HTML")).text()).isEqualTo("<b>x</b>");
    }

    @Test
    void chunks_and_packed_answers_are_understood() {
        server.next(exchange -> exchange.out()
                .write("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII)));
        assertThat(bench.answered(page(server.url())).text()).isEqualTo("abcde");
        server.next(exchange -> packed(exchange, 10));
        assertThat(bench.answered(page(server.url())).text()).isEqualTo("x".repeat(10));
    }

    private static void packed(FakeModel.Exchange exchange, int size) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write("x".repeat(size).getBytes(StandardCharsets.US_ASCII));
        }
        exchange.out()
                .write(("HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: " + bytes.size() + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        exchange.out().write(bytes.toByteArray());
    }

    @Test
    void an_answer_that_is_too_large_is_not_read_to_its_end() {
        server.next(exchange -> exchange.head(200, "text/plain", Integer.MAX_VALUE));
        assertThat(failed(server.url()).fault()).isEqualTo(Fault.FETCH_TOO_LARGE);
        server.next(exchange -> {
            exchange.out().write("HTTP/1.1 200 X\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 10_000; i++) {
                exchange.out().write(new byte[65_536]);
            }
        });
        assertThat(failed(server.url()).fault()).isEqualTo(Fault.FETCH_TOO_LARGE);
        server.next(exchange -> packed(exchange, 50_000_000));
        assertThat(failed(server.url()).fault()).isEqualTo(Fault.FETCH_TOO_LARGE);
    }

    @Test
    void a_server_that_drips_for_ever_ends_with_the_run() {
        server.next(exchange -> {
            exchange.out().write("HTTP/1.1 200 X\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                exchange.out().write('x');
                exchange.out().flush();
                Thread.sleep(20);
            }
        });
        bench.time = Duration.ofMillis(400);
        long began = System.nanoTime();
        assertThat(bench.run(page(server.url()))).isInstanceOf(Outcome.TimedOut.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void broken_answers_are_no_more_than_that() {
        for (String broken :
                List.of("SSH-2.0\r\n", "HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nab", "HTTP/1.1 2", "")) {
            server.next(exchange -> {
                exchange.out().write(broken.getBytes(StandardCharsets.US_ASCII));
                exchange.out().flush();
                exchange.socket().close();
            });
            assertThat(failed(server.url()).fault()).as(broken).isEqualTo(Fault.FETCH_FAILED);
        }
        server.next(exchange -> exchange.send(404, "text/plain", "no"));
        assertThat(failed(server.url()).message()).contains("404");
    }

    @Nested
    class Requests {
        private Graph request(Object... fields) {
            return new Graph()
                    .node("x", "APIRequest", fields)
                    .node("p", "ParserComponent", "pattern", "{status_code} {result}")
                    .node("out", "ChatOutput")
                    .edge("x", "data", "p", "input_data")
                    .edge("p", "parsed_text", "out", "input_value");
        }

        @Test
        void a_request_sends_what_the_flow_says() {
            server.next(exchange -> exchange.json(201, "{\"id\":7}"));
            Graph graph = request(
                    "url_input",
                    server.url() + "?a=1",
                    "method",
                    "POST",
                    "body",
                    Bench.json(List.of(Map.of("key", "n", "value", "5"), Map.of("key", "s", "value", "text"))),
                    "headers",
                    Bench.json(List.of(Map.of("key", "X-Own", "value", "yes"), Map.of("key", "Host", "value", "evil"))),
                    "query_params",
                    Bench.json(Map.of("q", "ä b&c")));
            assertThat(bench.answered(graph).text()).isEqualTo("201 {\"id\":7}");
            FakeModel.Request sent = server.requests.getFirst();
            assertThat(sent.head())
                    .startsWith("POST /v1?a=1&q=%C3%A4+b%26c HTTP/1.1\r\n")
                    .contains("X-Own: yes")
                    .doesNotContain("evil");
            assertThat(sent.body()).isEqualTo("{\"n\":5,\"s\":\"text\"}");
        }

        @Test
        void a_header_cannot_smuggle_another_one() {
            Graph graph = request(
                    "urls",
                    server.url(),
                    "headers",
                    Bench.json(List.of(Map.of("key", "A", "value", "b\r\nHost: evil"))));
            assertThat(bench.failed(graph).fault()).isEqualTo(Fault.FETCH_NOT_ALLOWED);
            assertThat(server.requests).isEmpty();
        }

        @Test
        void headers_do_not_follow_to_another_server() throws Exception {
            try (FakeModel other = new FakeModel();
                    Bench both = new Bench(
                            new ModelSettings("", "", ""),
                            new FetchSettings(
                                    List.of(),
                                    List.of(
                                            URI.create(server.url()).getAuthority(),
                                            URI.create(other.url()).getAuthority())))) {
                redirect(other.url());
                both.answered(request(
                        "urls",
                        server.url(),
                        "headers",
                        Bench.json(List.of(Map.of("key", "Authorization", "value", "t")))));
                assertThat(server.requests.getFirst().head()).contains("Authorization: t");
                assertThat(other.requests.getFirst().head()).doesNotContain("Authorization");
            }
        }

        @Test
        void a_list_of_hosts_is_the_whole_world() {
            FetchSettings settings =
                    new FetchSettings(new MockEnvironment().withProperty("CMP_FLOW_HOSTS", "Example.org, intern:9000"));
            assertThat(settings.allows("example.org", 443)).isTrue();
            assertThat(settings.allows("api.example.org", 80)).isTrue();
            assertThat(settings.allows("badexample.org", 443)).isFalse();
            assertThat(settings.allows("example.org", 25)).isFalse();
            assertThat(settings.allows("intern", 9000)).isTrue();
            assertThat(settings.allows("intern", 443)).isFalse();
            assertThat(settings.inside("intern", 9000)).isTrue();
            FetchSettings none = new FetchSettings(new MockEnvironment().withProperty("CMP_FLOW_HOSTS", "none"));
            assertThat(none.allows("example.org", 443)).isFalse();
            assertThat(new FetchSettings(new MockEnvironment()).allows("example.org", 443))
                    .isTrue();
        }
    }
}
