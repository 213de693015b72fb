// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaTensors
import TestSupport
import Testing

@testable import NablaCalculus

/// A structure of one's own, nested, as the documentation of ``TensorTree`` describes it.
private struct Layer<T> {
  var weights, bias: T
  func mapTensors<U>(_ transform: (T) throws -> U) rethrows -> Layer<U> {
    Layer<U>(weights: try transform(weights), bias: try transform(bias))
  }
}

extension Layer: TensorTree where T == Tensor<Double> {
  typealias Scalar = Double
  typealias Traced = Layer<TracedTensor<Double>>
}

private struct Network<T> {
  var first, second: Layer<T>
  func mapTensors<U>(_ transform: (T) throws -> U) rethrows -> Network<U> {
    Network<U>(first: try first.mapTensors(transform), second: try second.mapTensors(transform))
  }
}

extension Network: TensorTree where T == Tensor<Double> {
  typealias Scalar = Double
  typealias Traced = Network<TracedTensor<Double>>
}

@Suite struct GradientTests {
  typealias Traced = TracedTensor<Double>

  private static let seed: UInt64 = 4

  private func random(_ shape: [Int], _ number: UInt64 = 0) -> Tensor<Double> {
    var generator = SeededGenerator(seed: Self.seed + number)
    return .normal(shape, using: &generator)
  }

  /// Against the same function as an expression, whose derivatives have a path of their own.
  @Test func agreesWithTheDerivativesOfExpressions() {
    let n = 6
    let rosenbrock = Function(n) { x in
      (0..<(n - 1)).reduce(0 as Expr) { sum, i in
        let valley: Expr = x[i + 1] - x[i] * x[i]
        return sum + 100 * pow(valley, 2) + pow(1 - x[i], 2)
      }
    }
    func traced(_ x: Traced) -> Traced {
      let (head, tail) = (x[0..<(n - 1)], x[1..<n])
      return (100 * square(tail - square(head)) + square(1 - head)).sum()
    }
    let (x, v) = (random([n]), random([n], 1))
    let (value, slope) = valueAndGradient(of: traced, at: x)
    let h = rosenbrock.hessian(at: x)
    // 20 operations on numbers of some thousands, which partly cancel.
    let tolerance = 1e-12
    #expect(abs(value - rosenbrock.value(at: x).item) <= tolerance * value)
    #expect(
      slope.isApproximatelyEqual(
        to: rosenbrock.gradient(at: x), relativeTolerance: tolerance, absoluteTolerance: 1e-10))
    #expect(
      hessian(of: traced, at: x).isApproximatelyEqual(
        to: h, relativeTolerance: tolerance, absoluteTolerance: 1e-10))
    let along = hessianVectorProduct(of: traced, at: x, along: v)
    #expect(
      along.product.isApproximatelyEqual(to: matmul(h, v), relativeTolerance: 1e-11, absoluteTolerance: 1e-10)
    )
    #expect(along.gradient == slope)
    let tangent = jacobianVectorProduct(of: traced, at: x, along: v)
    #expect(tangent.value.item == value)
    #expect(abs(tangent.tangent.item - dot(slope, v)) <= 1e-10 * abs(tangent.tangent.item))
  }

  @Test func jacobiansOfBothKindsOfShape() {
    let (a, x) = (random([4, 3]), random([3], 1))
    let wide = jacobian(of: { sin(matmul(Traced(a), $0)) }, at: x)
    let expected = cos(matmul(a, x)).expanded(axis: 1) * a
    #expect(wide.shape == [4, 3])
    #expect(wide.isApproximatelyEqual(to: expected, relativeTolerance: 1e-14))
    // Fewer outputs than inputs: by rows.
    let tall = jacobian(of: { matmul($0, a) }, at: random([2, 4], 2))
    #expect(tall.shape == [2, 3, 2, 4])
    #expect(tall[1, .all, 1, .all] == a.transposed() && tall[1, .all, 0, .all] == Tensor.zeros([3, 4]))

    let (value, pullback) = vectorJacobianProduct(of: { sin(matmul(Traced(a), $0)) }, at: x)
    #expect(value.isApproximatelyEqual(to: sin(matmul(a, x)), relativeTolerance: 1e-15))
    let c = random([4], 3)
    #expect(pullback(c).isApproximatelyEqual(to: matmul(c, expected), relativeTolerance: 1e-13))
    #expect(pullback(.zeros([4])) == .zeros([3]))
  }

  @Test func structuresOfParameters() throws {
    let x = random([5, 3])
    let network = Network(
      first: Layer(weights: random([3, 4], 1), bias: random([4], 2)),
      second: Layer(weights: random([4, 2], 3), bias: random([2], 4)))
    func loss(_ n: Network<Traced>) -> Traced {
      let hidden = tanh(matmul(x, n.first.weights) + n.first.bias)
      return square(matmul(hidden, n.second.weights) + n.second.bias).mean()
    }
    let slope: Network<Tensor<Double>> = gradient(of: loss, at: network)
    #expect(slope.leaves.map(\.shape) == network.leaves.map(\.shape))
    #expect(checkGradients(of: loss, at: network).passed)

    // The same parameters as an array and as a dictionary.
    let asArray = gradient(
      of: {
        loss(Network(first: Layer(weights: $0[0], bias: $0[1]), second: Layer(weights: $0[2], bias: $0[3])))
      },
      at: network.leaves)
    #expect(asArray == slope.leaves)
    let named = [
      "W1": network.leaves[0], "b1": network.leaves[1], "W2": network.leaves[2], "b2": network.leaves[3],
    ]
    let asDictionary = gradient(
      of: { p in
        loss(
          Network(
            first: Layer(weights: p["W1"]!, bias: p["b1"]!), second: Layer(weights: p["W2"]!, bias: p["b2"]!))
        )
      }, at: named)
    #expect(asDictionary["W2"] == slope.second.weights && asDictionary["b1"] == slope.first.bias)

    // Evaluating without recording.
    #expect(loss(network.constants).node == nil)
    #expect(loss(network.constants).item == valueAndGradient(of: loss, at: network).value)
  }

  @Test func whatDoesNotTakePartHasGradientZero() {
    let x: Tensor<Double> = [1, 2]
    #expect(gradient(of: { _ in Traced(3) }, at: x) == .zeros([2]))
    #expect(gradient(of: { $0["a"]!.sum() }, at: ["a": x, "b": x]) == ["a": .ones([2]), "b": .zeros([2])])
    #expect(gradient(of: { ($0.detached * $0).sum() }, at: x) == x)
    #expect(hessian(of: { $0.sum() }, at: x) == .zeros([2, 2]))
    #expect(hessianVectorProduct(of: { _ in Traced(3) }, at: x, along: x).product == .zeros([2]))
    #expect(jacobian(of: { _ in Traced(x) }, at: x) == .zeros([2, 2]))
    #expect(gradient(of: { $0.sum() }, at: Tensor<Double>.zeros([0])) == .zeros([0]))
  }

  /// At kinks the conventions of the table of operations, and no NaN from branches that are not taken.
  @Test func conventionsAtEdges() {
    let zero: Tensor<Double> = [0]
    #expect(gradient(of: { abs($0).sum() }, at: zero) == [0])
    #expect(gradient(of: { relu($0).sum() }, at: zero) == [0])
    #expect(gradient(of: { maximum($0, 0).sum() }, at: zero) == [0.5])
    #expect(gradient(of: { $0.norm() }, at: zero) == [0])
    #expect(gradient(of: { sqrt($0).sum() }, at: zero) == Tensor([.infinity]))
    #expect(gradient(of: { $0.max() }, at: Tensor<Double>([1, 3, 3, 2])) == [0, 0.5, 0.5, 0])
    #expect(gradient(of: { select([0, 1], log($0), $0).sum() }, at: Tensor<Double>([0, 2])) == [1, 0.5])
    #expect(gradient(of: { pow($0, 2).sum() }, at: zero) == [0])
    // A maximum of infinities and the sums of exponentials beside them.
    #expect(
      gradient(of: { logsumexp($0, axis: 0) }, at: Tensor<Double>([1000, 1000, -.infinity])) == [0.5, 0.5, 0])
    // NaN stays where it is.
    let mixed = gradient(of: { exp($0).sum() }, at: Tensor<Double>([.nan, 0]))
    #expect(mixed[0].isNaN && mixed[1] == 1)
  }

  @Test func gradientsInsideGradients() {
    // f = Σ x⁴ and g = |∇f|² = Σ 16x⁶; ∇g = 96x⁵ and its Hessian 480x⁴.
    func penalty(_ x: Traced) -> Traced { square(gradient(of: pow(x, 4).sum(), by: [x])[0]).sum() }
    let x: Tensor<Double> = [0.5, -1.25, 2]
    let expected = pow(x, 5) * 96
    #expect(gradient(of: penalty, at: x).isApproximatelyEqual(to: expected, relativeTolerance: 1e-14))
    let second = hessian(of: penalty, at: x)
    #expect(second.isApproximatelyEqual(to: .diagonal(pow(x, 4) * 480), relativeTolerance: 1e-14))
    // Siskind and Pearlmutter's test for perturbation confusion: d/dx (x · d/dy (x + y)) = 1.
    let confused = gradient(
      of: { x in
        x
          * gradient(
            of: { () -> Traced in
              let y = Traced.variable(Tensor(1)); return x + y
            }(), by: [x])[0]
      },
      at: Tensor(1.0))
    #expect(confused.item == 1)
  }

  /// Hundreds of thousands of steps neither overflow the stack when they are swept nor when they are released.
  @Test func longChains() {
    let steps = isRelease ? 300_000 : 100_000
    let slope = gradient(
      of: { x in
        var y = x
        for _ in 0..<steps { y = y + 1 }
        return y
      }, at: Tensor(1.0))
    #expect(slope.item == 1)
  }

  /// What a checkpoint computes inside is not kept: of a chain of 64 steps in 8 checkpoints, 8 values and the 8 of one
  /// part are alive at once.
  @Test func checkpointsGiveTheSameDerivatives() {
    let w = random([6, 6])
    @Sendable func steps(_ x: Traced, _ w: Traced) -> Traced {
      var x = x
      for _ in 0..<8 { x = tanh(matmul(x, w)) }
      return x
    }
    func plain(_ p: [Traced]) -> Traced { square((0..<8).reduce(p[0]) { x, _ in steps(x, p[1]) }).sum() }
    func saved(_ p: [Traced]) -> Traced {
      square((0..<8).reduce(p[0]) { x, _ in checkpoint([x, p[1]]) { steps($0[0], $0[1]) } }).sum()
    }
    let parameters = [random([2, 6], 1), w]
    let direction = [random([2, 6], 2), random([6, 6], 3)]
    // The sum over the uses of w is formed in another order.
    for (a, b) in zip(gradient(of: plain, at: parameters), gradient(of: saved, at: parameters)) {
      #expect(a.isApproximatelyEqual(to: b, relativeTolerance: 1e-9, absoluteTolerance: 1e-12))
    }
    let (a, b) = (
      hessianVectorProduct(of: plain, at: parameters, along: direction).product,
      hessianVectorProduct(of: saved, at: parameters, along: direction).product
    )
    for (a, b) in zip(a, b) {
      #expect(a.isApproximatelyEqual(to: b, relativeTolerance: 1e-9, absoluteTolerance: 1e-9))
    }
  }

  @Test func singlePrecision() {
    let x = Tensor<Float>(converting: random([4, 3]))
    func loss(_ w: TracedTensor<Float>) -> TracedTensor<Float> { logsumexp(matmul(x, w) * 0.5, axis: 0) }
    let check = checkGradients(of: loss, at: Tensor<Float>(converting: random([3], 1)))
    #expect(check.passed, "\(check)")
  }

  /// The check finds wrong derivatives and kinks, and says where.
  @Test func theCheckFailsWhereItShould() {
    // A derivative that is cut off is wrong by half.
    let wrong = checkGradients(of: { ($0 * $0.detached).sum() }, at: Tensor<Double>([1, 2, 3]))
    #expect(!wrong.passed)
    #expect(wrong.disagreements[0].place.hasPrefix("element 2 "))
    #expect("\(wrong)".hasPrefix("FAILED gradient"))
    #expect(!checkGradients(of: { abs($0).sum() }, at: Tensor<Double>([0.5, 1e-7])).passed)
    // The value of a Function with its own rules passes.
    let f = Function { x, y in exp(x) * y }
    #expect(checkGradients(of: { f($0, $0 * 2).sum() }, at: Tensor<Double>([0.5, 1])).passed)
  }

  @Test func programmersMistakesTrapWithAdvice() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = gradient(of: { $0 * 2 }, at: Tensor<Double>([1, 2]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(isRelease || text.contains("Perhaps you meant its sum or mean"))
  }
}
