// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Value, gradient and Hessian of a formula at a point, as a file in Resources has them.
struct DerivativeReference: Decodable, CustomStringConvertible, Sendable {
  var name: String?
  var expression: String
  /// In the order of the coordinates; those of the formula, ordered by name, where there are none.
  var variables: [String]?
  var point: [Number]
  var value: Number
  var gradient: [Number]
  var hessian: [[Number]]

  var description: String { name ?? "\(expression) at \(point.map(\.value))" }

  /// A number, or "inf", "-inf" or "nan".
  struct Number: Decodable, Sendable {
    var value: Double

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        guard let value = Double(text) else {
          throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no number")
        }
        self.value = value
      } else {
        value = try container.decode(Double.self)
      }
    }
  }

  /// All of a file; none if it cannot be read, which tests of their number notice.
  static func all(in file: String) -> [DerivativeReference] {
    let url = Bundle.module.url(forResource: file, withExtension: "json", subdirectory: "Resources")
    let data = url.flatMap { try? Data(contentsOf: $0) } ?? Data()
    return (try? JSONDecoder().decode([DerivativeReference].self, from: data)) ?? []
  }
}
