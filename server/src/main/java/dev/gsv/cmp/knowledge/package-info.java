/**
 * Knowledge: documents, cut into passages, and the search that finds the passages a question needs, by their words and
 * by what they mean.
 *
 * <p>Owns the tables {@code knowledge_base}, {@code knowledge_document}, {@code knowledge_original} and
 * {@code knowledge_chunk}. No other room writes to them. Reads whose an offering is, and which instances are of it,
 * from {@code offering} and {@code instance}. The index is derived from the tables, kept in memory and built anew
 * whenever the content of its base changed.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>neither of two organizations ever sees a passage of the other;
 *   <li>a query searches exactly the bases of its instance and of its offering;
 *   <li>the same document again changes nothing;
 *   <li>no text of a query is read as syntax;
 *   <li>a document whose worker died is taken over and the dead one writes nothing more;
 *   <li>whatever the bytes a reader answers with text or a reason;
 *   <li>a deletion is complete and proven.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs", "instances"})
package dev.gsv.cmp.knowledge;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
