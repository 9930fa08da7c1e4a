package dev.gsv.cmp.kit;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;

/** JSON that is already written; goes out byte for byte. */
record RawJson(@JsonValue @JsonRawValue String text) {}
