// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import NablaCalculus
@testable import NablaExpressions
import NablaTensors

@Suite struct FunctionSerializationTests {
  @Test func format() throws {
    let f = try Function(parsing: "a*x^2*y", variables: ["y", "x"], parameters: ["a"])
    let text = """
      nabla function 1
      variable "a"
      variable "x"
      integerPower 2 1
      multiply 0 2
      variable "y"
      multiply 3 4
      variables 4 1
      parameters 0
      scalar 5
      end

      """
    #expect(f.serialized == text)
    let again = try Function(deserializing: text)
    #expect(again.variableNames == ["y", "x"] && again.parameterNames == ["a"] && again.isScalar)
    #expect(again.outputs == f.outputs && again.variables == f.variables && again.parameters == f.parameters)
    #expect(again.serialized == text)
    #expect(again.description == f.description)
  }

  @Test func listsAndUnusedInputs() throws {
    let x = Expr.variable("x"), y = Expr.variable("y"), unused = Expr.variable("unused")
    for outputs in [[], [x], [x, y, x * y, 2, .init(.nan)], [7]] as [[Expr]] {
      let f = Function(outputs, of: [unused, y, x])
      let again = try Function(deserializing: f.serialized)
      #expect(again.outputs == outputs && again.variables == f.variables && !again.isScalar)
      #expect(again.serialized == f.serialized)
    }
  }

  /// A closure's function: other variables, the same values and derivatives to the last bit.
  @Test func tracedFunctions() throws {
    let f = Function(2, parameters: 1) { x, p in
      let inner = Function { u in sin(u) * u }
      return sqrt(x[0] * x[0] + p[0]) * inner.outputs[0].substituting(inner.variables[0], by: x[1])
    }
    let again = try Function(deserializing: f.serialized)
    #expect(again.serialized == f.serialized)
    #expect(again.variables != f.variables && again.variableNames == f.variableNames)
    let point: Tensor<Double> = [0.3, -1.7]
    let parameters: Tensor<Double> = [0.1]
    #expect(
      f.gradient(at: point, parameters: parameters).scalars
        == again.gradient(at: point, parameters: parameters).scalars)
  }

  @Test func coding() throws {
    let f = try Function(parsing: "x*exp(-y)")
    let data = try JSONEncoder().encode([f])
    let again = try JSONDecoder().decode([Function].self, from: data)
    #expect(again[0].serialized == f.serialized)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Function.self, from: Data("\"nabla function 1\\n\"".utf8))
    }
  }

  /// What building never makes evaluates all the same.
  @Test func unusualGraphsEvaluate() throws {
    let f = try Function(
      deserializing: """
        nabla function 1
        constant 0.5
        sin 0
        variable "x"
        integerPower 1 2
        add 3 3
        add 4 1
        variables 2
        parameters
        scalar 5
        end

        """)
    #expect(f.value(at: [2]).scalars == [4 + sin(0.5)])
    #expect(f.gradient(at: [2]).scalars == [2])
  }

  static let malformed: [(text: String, line: Int, message: String)] = [
    (
      "variables\nparameters 0\nscalar 0 0\nend\n", 5, "a scalar function has one output, not 2"
    ),
    ("variables 0 0\n", 3, "the inputs of a function are distinct"),
    ("variables 0\nparameters 0\n", 4, "the inputs of a function are distinct"),
    ("sin 0\nvariables 1\n", 4, "an input of a function is a variable"),
    (
      "variables\nparameters\nscalar 0\nend\n", 5,
      "the outputs use the variable \"x\", which is no input of the function"
    ),
    ("variables 0\nscalar 0\nend\n", 4, "\"scalar\" is no operation, nor is it \"parameters\""),
  ]

  @Test(arguments: malformed)
  func malformedTexts(text: String, line: Int, message: String) {
    #expect(throws: SerializationError(message, line: line)) {
      try Function(deserializing: "nabla function 1\nvariable \"x\"\n" + text)
    }
  }
}
