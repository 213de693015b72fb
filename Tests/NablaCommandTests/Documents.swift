// SPDX-License-Identifier: Apache-2.0

/// The JSON documents of the commands, decoded strictly: a missing key or another type is an error.

/// A number, or one of the strings that stand for those JSON does not have.
struct Number: Decodable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  let value: Double

  init(floatLiteral value: Double) { self.value = value }
  init(integerLiteral value: Int) { self.value = Double(value) }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      guard let value = ["nan": Double.nan, "inf": .infinity, "-inf": -.infinity][text] else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no number")
      }
      self.value = value
    } else {
      value = try container.decode(Double.self)
    }
  }
}

struct CriticalPointDocument: Decodable {
  let point: [Double]
  let value: Number
  let gradientNorm: Number
  let eigenvalues: [Number]
  let kind: String
  let index: Int
  let degenerate: Bool
  let certified: Bool
  // Additions to the contract.
  let gradient: [Number]
  let enclosure: [[Double]]?
  let start: [Double]?
  let converged: Bool?
  let reason: String?
}

struct ClassifyDocument: Decodable {
  struct NonIsolated: Decodable {
    let dimension: Int
    let box: [[Double]]
  }

  let command: String
  let expression: String
  let variables: [String]
  let points: [CriticalPointDocument]
  let box: [[Double]]?
  let complete: Bool?
  let nonIsolated: [NonIsolated]?
  let unresolved: [[[Double]]]?
}

struct EvaluateDocument<Value: Decodable>: Decodable {
  struct Entry: Decodable {
    let point: [Double]
    let value: Value?
    let gradient: [Number]?
    let jacobian: [[Number]]?
    let hessian: [[Number]]?
  }

  let command: String
  let expression: String
  let variables: [String]
  let points: [Entry]
}

struct DifferentiateDocument: Decodable {
  struct Entry: Decodable, Equatable {
    let by: [String]
    let expression: String
    var output: Int?
  }

  let command: String
  let expression: String
  let variables: [String]
  let derivatives: [Entry]
}

struct MinimizeDocument: Decodable {
  struct Method: Decodable {
    let method: String
    let converged: Bool
    let iterations: Int
    let trace: [Step]
  }

  struct Step: Decodable {
    let iteration: Int
    let point: [Double]
    let value: Double
    let gradientNorm: Double
  }

  let command: String
  let expression: String
  let variables: [String]
  let point: [Double]
  let value: Number
  let gradientNorm: Number
  let iterations: Int
  let evaluations: Int
  let converged: Bool
  let reason: String
  let kind: String
  let trace: [Step]?
  let activeBounds: [String]
  let methods: [Method]?
}

struct ExplainDocument: Decodable {
  struct Output: Decodable {
    let name: String
    let node: String
  }

  struct Node: Decodable {
    let name: String
    let operation: String
    let fused: Bool
  }

  struct Operation: Decodable {
    let name: String
    let operation: String
    let node: String
    let hoisted: Bool
  }

  struct Definition: Decodable {
    let name: String
    let operation: String
  }

  struct MachineCode: Decodable {
    struct Instruction: Decodable, Equatable {
      let address: Int
      let bytes: String
      let text: String
    }

    let instructionSet: String
    let pointsPerVector: Int
    let vectorsPerTurn: Int
    let operationsPerVector: Int
    let instructionBytes: Int
    let constantBytes: Int
    let vectorRegisters: Int
    let residents: [Definition]
    let frameBytes: Int
    let spilledBytes: Int
    let code: String
    let instructions: [Instruction]?
  }

  let command: String
  let expression: String
  let variables: [String]
  let outputs: [Output]
  let graph: [Node]
  let kernel: String
  let program: [Operation]?
  let machineCode: MachineCode?
  let reason: String?
  let tape: [Definition]?
  let slots: Int?
  let outputSlots: [String]?
}
