@NullMarked
package dev.gsv.cmp;

import org.jspecify.annotations.NullMarked;
