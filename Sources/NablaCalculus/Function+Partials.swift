// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

extension Function {
  /// A partial derivative of any order, as a function of the same variables and parameters:
  ///
  ///     f.partial(by: "x", "x", "y")   // ∂³f/∂x²∂y
  ///
  /// - Parameter names: of the variables to differentiate by, one after another; none gives the function itself.
  /// - Precondition: each is the name of exactly one variable or parameter.
  /// - Complexity: one reverse sweep for each name, over a graph that each makes a few times larger.
  public func partial(by names: String...) -> Function {
    partial(by: names.map(input(named:)))
  }

  /// The partial derivative ∂^|α| f / ∂x₁^α₁ … ∂xₙ^αₙ of a multi-index α, as a function of the same variables and
  /// parameters.
  ///
  /// - Precondition: as many orders as variables, none negative.
  public func partial(orders: [Int]) -> Function {
    checkMultiIndex(orders)
    return partial(by: zip(variables, orders).flatMap { Array(repeating: $0, count: $1) })
  }

  private func partial(by inputs: [Expr]) -> Function {
    with(
      outputs: outputs.map { inputs.reduce($0) { $0.derivative(by: $1) } }, of: variables,
      parameters: parameters)
  }

  /// All partial derivatives up to an order, as one function whose outputs share their work.
  public func partials(upTo order: Int) -> PartialDerivatives { PartialDerivatives(self, upTo: order) }

  fileprivate func checkMultiIndex(_ orders: [Int]) {
    precondition(
      orders.count == variables.count && orders.allSatisfy { $0 >= 0 },
      "a multi-index of \(self) has \(variables.count) orders of 0 or more; this is \(orders)")
  }
}

/// The partial derivatives of a scalar function up to an order: those of one multi-index once, in one pass.
///
///     let partials = f.partials(upTo: 3)
///     let values = partials.function.value(at: points)      // [N, k]
///     values[..., partials.place(of: [2, 1])]                // ∂³f/∂x²∂y
public struct PartialDerivatives: Sendable {
  /// The derivatives as outputs, in the order of ``multiIndices``.
  public let function: Function

  /// The multi-indices α by ascending |α|, and of one order in descending lexicographic order:
  /// [0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2], …
  public let multiIndices: [[Int]]

  private let places: [[Int]: Int]

  /// - Precondition: the function is scalar, and `order` is 0 or more.
  /// - Complexity: a reverse sweep for each multi-index below the highest order; there are (n+order choose order)
  ///   outputs.
  init(_ function: Function, upTo order: Int) {
    precondition(function.isScalar, "partials(upTo:) needs a scalar function; take outputs one by one")
    precondition(order >= 0, "an order of derivatives is 0 or more, not \(order)")
    let n = function.variables.count
    var known: [[Int]: Expr] = [Array(repeating: 0, count: n): function.outputs[0]]
    var level = Array(known.keys)
    var all = level
    for _ in 0..<order {
      var next: [[Int]] = []
      for index in level {
        // From an index to those that add to its last variable or one behind it, each is reached once.
        let last = index.lastIndex { $0 > 0 } ?? 0
        let gradient = known[index]!.gradient(by: Array(function.variables[last...]))
        for (offset, derivative) in gradient.enumerated() {
          var higher = index
          higher[last + offset] += 1
          known[higher] = derivative
          next.append(higher)
        }
      }
      level = next
      all += next
    }
    multiIndices = all
    places = Dictionary(uniqueKeysWithValues: zip(all, 0...))
    self.function = Function(
      all.map { known[$0]! }, of: function.variables, parameters: function.parameters)
  }

  /// The place of a multi-index among the outputs.
  ///
  /// - Precondition: its orders are not negative and sum to no more than the highest order.
  public func place(of multiIndex: [Int]) -> Int {
    guard let place = places[multiIndex] else {
      preconditionFailure("\(multiIndex) is no multi-index of these partial derivatives")
    }
    return place
  }
}
