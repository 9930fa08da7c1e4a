package dev.gsv.cmp.flows;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Passages as JSON: {@code index} from 1, {@code title}, {@code document_id}, {@code text}, {@code score}, and where it
 * is known {@code page}, {@code from} and {@code to}.
 */
final class Citations {
    private Citations() {}

    static void put(ObjectNode data, String name, List<Passage> passages) {
        ArrayNode list = data.putArray(name);
        for (int i = 0; i < passages.size(); i++) {
            Passage passage = passages.get(i);
            ObjectNode citation = list.addObject()
                    .put("index", i + 1)
                    .put("title", passage.title())
                    .put("document_id", passage.documentId())
                    .put("text", passage.text())
                    .put("score", passage.score());
            Passage.Place place = passage.place();
            if (place != null) {
                if (place.page() != null) {
                    citation.put("page", place.page());
                }
                citation.put("from", place.from()).put("to", place.to());
            }
        }
    }
}
