package dev.gsv.cmp.flows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Changes a flow at random, as broken tools, tired people and attackers do. */
final class Mutations {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String[] ODD = {
        "", " ", "\u0000", "\u202Eevil", "👩‍👩‍👧", "null", "-1", "{}", "œ", "ChatInput", "\uD800", "a".repeat(5_000)
    };

    private static final String[] HANDLES = {
        "{œidœ:œinœ,œnameœ:œmessageœ}", "{œfieldNameœ:œinput_valueœ}", "{œid", "{", "{}", "{œidœ:[{]}", "œ"
    };

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    /** Some changes to the tree, then perhaps some to the bytes. */
    byte[] of(ObjectNode flow) {
        ObjectNode changed = flow.deepCopy();
        for (int i = random.nextInt(6); i >= 0; i--) {
            change(changed);
        }
        byte[] bytes = changed.toString().getBytes(StandardCharsets.UTF_8);
        return random.nextInt(4) == 0 ? torn(bytes) : bytes;
    }

    /** Puts a text somewhere into the tree: as a value, as the name of a member, or into code. */
    ObjectNode with(ObjectNode flow, String text) {
        ObjectNode changed = flow.deepCopy();
        List<ObjectNode> objects = objects(changed);
        ObjectNode target = objects.get(random.nextInt(objects.size()));
        switch (random.nextInt(4)) {
            case 0 -> target.put("id", text);
            case 1 -> target.put(text, "x");
            case 2 -> target.put("value", "before " + text + " after");
            default -> target.putArray("more").addObject().put("display_name", "x=" + text);
        }
        return changed;
    }

    private void change(ObjectNode root) {
        List<ObjectNode> objects = objects(root);
        ObjectNode target = objects.get(random.nextInt(objects.size()));
        List<String> names = List.copyOf(target.propertyNames());
        if (names.isEmpty()) {
            target.put("new", odd());
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        JsonNode value = target.get(name);
        switch (random.nextInt(7)) {
            case 0 -> target.remove(name);
            case 6 -> handles(root);
            case 1 -> target.set(name, strange());
            case 2 -> target.put(odd(), odd());
            case 3 -> target.set(odd(), value.deepCopy());
            case 4 -> {
                if (value instanceof ArrayNode array && !array.isEmpty()) {
                    array.add(array.get(random.nextInt(array.size())).deepCopy());
                } else {
                    target.putNull(name);
                }
            }
            default -> {
                if (value instanceof ArrayNode array && !array.isEmpty()) {
                    array.set(random.nextInt(array.size()), strange());
                } else {
                    target.put(name, odd());
                }
            }
        }
    }

    /** Leaves an edge with the string form of its handles alone, whole or broken. */
    private void handles(ObjectNode root) {
        JsonNode edges = root.path("data").path("edges");
        if (!edges.isEmpty() && edges.path(random.nextInt(edges.size())) instanceof ObjectNode edge) {
            edge.remove("data");
            edge.put("sourceHandle", HANDLES[random.nextInt(HANDLES.length)]);
            edge.put("targetHandle", HANDLES[random.nextInt(HANDLES.length)]);
        }
    }

    private String odd() {
        return ODD[random.nextInt(ODD.length)];
    }

    private JsonNode strange() {
        return switch (random.nextInt(8)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.numberNode(random.nextInt());
            case 2 -> JSON.booleanNode(random.nextBoolean());
            case 3 -> JSON.arrayNode().add(JSON.arrayNode());
            case 4 -> JSON.objectNode().put("value", true);
            case 5 -> JSON.numberNode(1e300);
            case 6 -> JSON.objectNode();
            default -> JSON.stringNode(odd());
        };
    }

    private byte[] torn(byte[] bytes) {
        byte[] torn = bytes.clone();
        for (int i = random.nextInt(5); i >= 0; i--) {
            torn[random.nextInt(torn.length)] = (byte) random.nextInt(256);
        }
        return random.nextBoolean() ? torn : java.util.Arrays.copyOf(torn, random.nextInt(torn.length));
    }

    private static List<ObjectNode> objects(JsonNode root) {
        List<ObjectNode> found = new ArrayList<>();
        collect(root, found);
        return found;
    }

    private static void collect(JsonNode node, List<ObjectNode> found) {
        if (node instanceof ObjectNode object) {
            found.add(object);
        }
        node.forEach(child -> collect(child, found));
    }
}
