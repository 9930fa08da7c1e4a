/** What every room uses and no room owns; knows no business. */
@NullMarked
package dev.gsv.cmp.kit;

import org.jspecify.annotations.NullMarked;
