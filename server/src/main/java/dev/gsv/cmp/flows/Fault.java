package dev.gsv.cmp.flows;

/** Why a run failed, in one word; the sentence beside it is safe to show to a caller. */
public enum Fault {
    /** The flow holds a component that only a Langflow runtime can execute. */
    NEEDS_RUNTIME,
    /** The graph cannot be executed: no exit, a dangling edge, a duplicate id. */
    FLOW_INVALID,
    FLOW_HAS_CYCLE,
    FLOW_TOO_LARGE,
    /** A value between two nodes grew beyond its limit. */
    OUTPUT_TOO_LARGE,
    INPUT_MISSING,
    /** The flow ended without a text. */
    EMPTY_ANSWER,
    NODE_FAILED,
    CANCELLED,
    /** The run cost more than was held for it, and the wallet could not follow. */
    CREDIT_EXHAUSTED,
    KNOWLEDGE_UNAVAILABLE,
    MEMORY_UNAVAILABLE,
    /** A model is needed and this installation names none. */
    MODEL_NOT_CONFIGURED,
    /** The flow names a model server of its own. */
    MODEL_SERVER_NOT_ALLOWED,
    /** Nobody listens, or the connection broke. */
    MODEL_UNAVAILABLE,
    /** 401 or 403: the installation's key is wrong. */
    MODEL_KEY_REFUSED,
    MODEL_RATE_LIMITED,
    MODEL_UNKNOWN,
    MODEL_INPUT_TOO_LONG,
    /** Any other 4xx. */
    MODEL_REJECTED,
    /** 5xx, or an error object with 200. */
    MODEL_ERROR,
    /** An answer that is no JSON, for instance a proxy's HTML page. */
    MODEL_NOT_JSON,
    /** JSON that is cut, or of another shape. */
    MODEL_BROKEN_ANSWER,
    MODEL_EMPTY_ANSWER,
    MODEL_ANSWER_TOO_LARGE,
    MODEL_CONTENT_REFUSED,
    /** An answer that should have been rows of a schema is none, and its repair neither. */
    STRUCTURE_MISFIT,
    /** An agent used up its steps without an answer. */
    AGENT_STEP_LIMIT,
    /** A model called tools that do not exist, or with broken arguments, again and again. */
    AGENT_BAD_CALLS,
    /** An address that is not public, not HTTP, or not on the operator's list. */
    FETCH_NOT_ALLOWED,
    FETCH_FAILED,
    FETCH_TOO_LARGE
}
