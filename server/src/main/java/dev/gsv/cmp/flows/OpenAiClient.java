package dev.gsv.cmp.flows;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.output.FinishReason;
import jakarta.annotation.PreDestroy;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks any server that speaks OpenAI's chat completions, through LangChain4j; one retry, and only when nothing was
 * produced.
 */
@Component
class OpenAiClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE_BEFORE_RETRY = Duration.ofMillis(200);
    /** Models that take {@code max_completion_tokens} and no temperature. */
    private static final Pattern REASONING = Pattern.compile("^(o\\d|gpt-5).*");

    /** An answer may have so many times the tokens that were asked for, since tokenizers differ; the rest is cut. */
    private static final int SPARE = 2;

    private final HttpClient http;
    private final Map<String, Breaker> breakers = new ConcurrentHashMap<>();

    OpenAiClient() {
        // HTTP/1.1, because some servers trip over the upgrade, and because a cancelled call then closes its
        // connection.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }

    /**
     * Asks once, and a second time when the server was not reached.
     *
     * <p>A server that failed several times in a row is left alone for a while.
     *
     * @throws NodeFault for everything that a server can do wrong
     * @throws ModelHttpClient.RunOver when the deadline passed or the thread was interrupted
     */
    ModelReply ask(ModelServer server, ModelCall call, Deadline deadline, Meter meter) {
        Breaker breaker = breakers.computeIfAbsent(server.baseUrl(), url -> new Breaker(System::nanoTime));
        if (!breaker.lets()) {
            throw new NodeFault(
                    Fault.MODEL_UNAVAILABLE,
                    "The model server has failed " + Breaker.FAILURES + " times in a row; it is asked again in "
                            + Breaker.PAUSE.toSeconds() + " seconds.");
        }
        try {
            ModelReply reply = twice(server, call, deadline, meter);
            breaker.answered();
            return reply;
        } catch (NodeFault fault) {
            if (fault.fault() == Fault.MODEL_UNAVAILABLE || fault.fault() == Fault.MODEL_ERROR) {
                breaker.failed();
            } else {
                breaker.answered();
            }
            throw fault;
        }
    }

    private ModelReply twice(ModelServer server, ModelCall call, Deadline deadline, Meter meter) {
        try {
            return once(server, call, deadline, meter);
        } catch (ModelHttpClient.NotReached first) {
            if (deadline.nanosLeft() <= PAUSE_BEFORE_RETRY.toNanos()) {
                throw new NodeFault(Fault.MODEL_UNAVAILABLE, String.valueOf(first.getMessage()));
            }
            pause();
        }
        try {
            return once(server, call, deadline, meter);
        } catch (ModelHttpClient.NotReached second) {
            throw new NodeFault(Fault.MODEL_UNAVAILABLE, String.valueOf(second.getMessage()));
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_BEFORE_RETRY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelHttpClient.RunOver();
        }
    }

    private ModelReply once(ModelServer server, ModelCall call, Deadline deadline, Meter meter) {
        ModelHttpClient exchange = new ModelHttpClient(http, deadline, call.maxTokens());
        OpenAiChatModel model = OpenAiChatModel.builder()
                .httpClientBuilder(exchange)
                .baseUrl(server.baseUrl())
                .apiKey(server.apiKey().isEmpty() ? "none" : server.apiKey())
                .maxRetries(0)
                .defaultRequestParameters(parameters(call))
                .build();
        boolean answered = false;
        try {
            ModelReply reply = reply(call, model.chat(messages(call)), exchange.reported());
            answered = true;
            return reply;
        } catch (RuntimeException e) {
            throw own(e);
        } finally {
            if (!answered && exchange.mayHaveWorked()) {
                // The provider may charge for what it read, so a failed run's usage says so.
                meter.model(call.tokens(), 0, false);
            }
        }
    }

    private static RuntimeException own(RuntimeException thrown) {
        NodeFault fault = NodeFault.in(thrown);
        if (fault != null) {
            return fault;
        }
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof ModelHttpClient.RunOver over) {
                return over;
            }
            if (at instanceof ModelHttpClient.NotReached missed) {
                return missed;
            }
        }
        return new NodeFault(Fault.MODEL_BROKEN_ANSWER, "The model server's answer has an unknown shape.");
    }

    private static OpenAiChatRequestParameters parameters(ModelCall call) {
        OpenAiChatRequestParameters.Builder parameters =
                OpenAiChatRequestParameters.builder().modelName(call.model());
        if (!call.tools().isEmpty()) {
            parameters.toolSpecifications(
                    call.tools().stream().map(OpenAiClient::specified).toList());
        }
        if (REASONING.matcher(call.model()).matches()) {
            return parameters.maxCompletionTokens(call.maxTokens()).build();
        }
        call.temperature().ifPresent(parameters::temperature);
        return parameters.maxOutputTokens(call.maxTokens()).build();
    }

    private static List<ChatMessage> messages(ModelCall call) {
        List<ChatMessage> messages = new ArrayList<>();
        if (!call.system().isBlank()) {
            messages.add(SystemMessage.from(call.system()));
        }
        for (Turn turn : call.before()) {
            if (!turn.content().isBlank()) {
                // A caller's "system" message speaks as a user: only the flow and its configuration instruct the model.
                messages.add(turn.fromUser() ? UserMessage.from(turn.content()) : AiMessage.from(turn.content()));
            }
        }
        if (!call.prompt().isBlank()) {
            messages.add(UserMessage.from(call.prompt()));
        }
        for (ModelCall.Exchange exchange : call.exchanges()) {
            List<ToolExecutionRequest> wanted =
                    exchange.calls().stream().map(OpenAiClient::wanted).toList();
            messages.add(exchange.text().isBlank() ? AiMessage.from(wanted) : AiMessage.from(exchange.text(), wanted));
            for (int i = 0; i < wanted.size(); i++) {
                messages.add(ToolExecutionResultMessage.from(
                        wanted.get(i), exchange.results().get(i)));
            }
        }
        return messages;
    }

    private static ToolSpecification specified(ModelCall.Spec tool) {
        JsonObjectSchema.Builder schema = JsonObjectSchema.builder().addStringProperty(tool.field(), tool.argument());
        return ToolSpecification.builder()
                .name(tool.name())
                .description(tool.description())
                .parameters((tool.required() ? schema.required(tool.field()) : schema).build())
                .build();
    }

    private static ToolExecutionRequest wanted(ModelCall.ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(call.id())
                .name(call.name())
                .arguments(call.arguments())
                .build();
    }

    /** Some servers forget the id, or the arguments of a tool without any. */
    private static List<ModelCall.ToolCall> calls(ModelCall call, ChatResponse response) {
        List<ModelCall.ToolCall> calls = new ArrayList<>();
        if (!call.tools().isEmpty() && response.aiMessage().hasToolExecutionRequests()) {
            for (ToolExecutionRequest wanted : response.aiMessage().toolExecutionRequests()) {
                String id = wanted.id() == null || wanted.id().isBlank()
                        ? "call_" + call.exchanges().size() + "_" + calls.size()
                        : wanted.id();
                calls.add(new ModelCall.ToolCall(
                        Value.storable(id),
                        Value.storable(String.valueOf(wanted.name())),
                        wanted.arguments() == null ? "" : Value.storable(wanted.arguments())));
            }
        }
        return calls;
    }

    private static ModelReply reply(
            ModelCall call, ChatResponse response, Optional<ModelHttpClient.Reported> reported) {
        String written = response.aiMessage().text();
        String text = written == null ? "" : written;
        List<ModelCall.ToolCall> calls = calls(call, response);
        if (text.isBlank() && calls.isEmpty()) {
            throw response.finishReason() == FinishReason.CONTENT_FILTER
                    ? new NodeFault(
                            Fault.MODEL_CONTENT_REFUSED, "The model server's content filter withheld the answer.")
                    : new NodeFault(Fault.MODEL_EMPTY_ANSWER, "The model gave an empty answer.");
        }
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("model", call.model());
        if (!call.passages().isEmpty()) {
            Citations.put(data, "sources", call.passages());
        }
        String kept = Tokens.first(text, SPARE * call.maxTokens());
        if (response.finishReason() == FinishReason.LENGTH || kept.length() < text.length()) {
            data.put("truncated", true);
        }
        return reported.map(own -> new ModelReply(kept, own.tokensIn(), own.tokensOut(), true, data, calls))
                .orElseGet(() -> new ModelReply(
                        kept, call.tokens(), Math.min(written(kept, calls), call.maxTokens()), false, data, calls));
    }

    private static long written(String text, List<ModelCall.ToolCall> calls) {
        return Tokens.count(text)
                + calls.stream()
                        .mapToLong(call -> Tokens.count(call.name() + call.arguments()) + Tokens.PER_MESSAGE)
                        .sum();
    }
}
