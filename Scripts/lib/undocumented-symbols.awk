# SPDX-License-Identifier: Apache-2.0
# Lists the public symbols without a doc comment, as PLACE: NAME, from symbol graphs (`-pretty-print`). Members of a
# conformance count as documented where the protocol's are, and operators do: they mean what they mean. The variable
# `root` is taken off the places. Status 1 for any.

/^    \{/ {
  documented = reading_path = in_location = 0
  path = place = ""
}

/^      "docComment"/ || /^        "identifier": "swift\.(func\.op|extension)"/ { documented = 1 }

/^      "pathComponents"/ { reading_path = 1; next }

reading_path && /^      \]/ { reading_path = 0 }

reading_path {
  gsub(/^ *"|",?$/, "")
  path = path == "" ? $0 : path "." $0
}

/^      "location"/ { in_location = 1 }

in_location && /"uri"/ {
  sub(/^ *"uri": "file:\/\//, "")
  sub(/",?$/, "")
  place = $0
  if (index(place, root) == 1) place = substr(place, length(root) + 1)
}

in_location && /"line"/ {
  gsub(/[^0-9]/, "")
  line = $0 + 1
}

/^    \}/ {
  if (place != "" && !documented) {
    print place ":" line ": " path " has no doc comment"
    count++
  }
}

END { exit count > 0 }
