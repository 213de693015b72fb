# SPDX-License-Identifier: Apache-2.0
# awk -f compare-outputs.awk ACTUAL EXPECTED: are the blocks of EXPECTED in ACTUAL? Blocks begin with the byte 1 and
# their place; in EXPECTED a tab and the number of the line before the first one follow.
# Lines are compared number by number (to a relative 1e-6, or both below 1e-9), and word by word between them. Of each
# block the first difference is shown.

function magnitude(x) { return x < 0 ? -x : x }

function close_to(x, y,   larger) {
  larger = magnitude(x) > magnitude(y) ? magnitude(x) : magnitude(y)
  return larger < 1e-9 || magnitude(x - y) <= 1e-6 * larger
}

# Sets `word` and `number` (empty at the end) to what `text` begins with; returns the rest.
function split_first(text) {
  if (!match(text, /[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/)) {
    word = text
    number = ""
  } else {
    word = substr(text, 1, RSTART - 1)
    number = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
  }
  gsub(/[ \t]+/, "", word)
  return text
}

function same(a, b,   word_a, number_a) {
  do {
    a = split_first(a)
    word_a = word
    number_a = number
    b = split_first(b)
    if (word_a != word || (number_a == "") != (number == "")) return 0
    if (number != "" && !close_to(number_a + 0, number + 0)) return 0
  } while (number != "")
  return 1
}

function complain(at, wanted, found) {
  if (!differs) printf "%s:%d\n  expected  %s\n  got       %s\n", file, at, wanted, found
  differs = wrong = 1
}

function finish() {
  if (place != "" && used < count[place]) complain(number_of_line, "nothing more", got[place, used + 1])
  differs = 0
}

FNR == 1 { place = "" }

FNR == NR {
  if (/^\001/) {
    place = substr($0, 2)
  } else if (/[^ \t]/) {
    got[place, ++count[place]] = $0
  }
  next
}

/^\001/ {
  finish()
  split(substr($0, 2), parts, "\t")
  place = parts[1]
  file = place
  sub(/:[0-9]+$/, "", file)
  number_of_line = parts[2]
  used = 0
  next
}

{ number_of_line++ }

/[^ \t]/ {
  used++
  if (used > count[place]) {
    complain(number_of_line, $0, "nothing more")
  } else if (!same($0, got[place, used])) {
    complain(number_of_line, $0, got[place, used])
  }
}

END {
  finish()
  exit wrong
}
