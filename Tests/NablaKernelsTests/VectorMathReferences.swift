// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The references of Resources/vector_math.txt, whose head says how they were made: the lines of each
/// function, by its name.
let vectorMathReferences: [String: [Substring]] = {
  let url = Bundle.module.url(forResource: "vector_math", withExtension: "txt", subdirectory: "Resources")
  let text = url.flatMap { try? String(contentsOf: $0, encoding: .utf8) } ?? ""
  var lines: [String: [Substring]] = [:]
  var name = ""
  for line in text.split(separator: "\n") where !line.hasPrefix("#") {
    if line.hasPrefix("[") {
      name = String(line.dropFirst().dropLast())
    } else {
      lines[name, default: []].append(line)
    }
  }
  return lines
}()
