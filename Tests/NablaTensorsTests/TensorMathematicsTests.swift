// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

/// One row for each elementwise function: its value at one point, with 20 digits from mpmath 1.3.0 at 50
/// digits, unless exact.
private let functions: [(name: String, @Sendable (Tensor<Double>) -> Tensor<Double>, x: Double, y: Double)] =
  [
    ("exp", { exp($0) }, 1.25, 3.4903429574618413761),
    ("exp2", { exp2($0) }, 1.25, 2.3784142300054421334),
    ("exp10", { exp10($0) }, 1.25, 17.782794100389228012),
    ("expm1", { expm1($0) }, 1e-10, 1.0000000000500000364e-10),
    ("log", { log($0) }, 1.25, 0.22314355131420975577),
    ("log2", { log2($0) }, 1.25, 0.32192809488736234787),
    ("log10", { log10($0) }, 1.25, 0.096910013008056414359),
    ("log1p", { log1p($0) }, 1e-10, 9.9999999995000003644e-11),
    ("sqrt", { sqrt($0) }, 1.25, 1.1180339887498948482),
    ("cbrt", { cbrt($0) }, -1.25, -1.0772173450159418609),
    ("sin", { sin($0) }, 1.25, 0.94898461935558621435),
    ("cos", { cos($0) }, 1.25, 0.31532236239526866545),
    ("tan", { tan($0) }, 1.25, 3.0095696738628312882),
    ("asin", { asin($0) }, 0.25, 0.25268025514207865349),
    ("acos", { acos($0) }, 0.25, 1.3181160716528179657),
    ("atan", { atan($0) }, 1.25, 0.89605538457134395617),
    ("sinh", { sinh($0) }, 1.25, 1.6019190803008256379),
    ("cosh", { cosh($0) }, 1.25, 1.8884238771610157382),
    ("tanh", { tanh($0) }, 1.25, 0.84828363995751289761),
    ("asinh", { asinh($0) }, 1.25, 1.0475930126492587359),
    ("acosh", { acosh($0) }, 1.25, 0.69314718055994530942),
    ("atanh", { atanh($0) }, 0.25, 0.2554128118829953416),
    ("erf", { erf($0) }, 1.25, 0.92290012825645823014),
    ("erfc", { erfc($0) }, 1.25, 0.077099871743541769863),
    ("gamma", { gamma($0) }, 1.25, 0.90640247705547707798),
    ("lgamma", { lgamma($0) }, 3.25, 0.93580193110872535826),
    ("sigmoid", { sigmoid($0) }, -1.25, 0.222700138825308853),
    ("softplus", { softplus($0) }, 1.25, 1.501929081345372889),
    ("relu", { relu($0) }, 1.25, 1.25),
    ("abs", { abs($0) }, -1.25, 1.25),
    ("sign", { sign($0) }, -1.25, -1.0),
    ("floor", { floor($0) }, -1.25, -2.0),
    ("ceil", { ceil($0) }, -1.25, -1.0),
    ("round", { round($0) }, 1.75, 2.0),
  ]

@Suite struct TensorMathematicsTests {
  @Test(arguments: functions.indices)
  func values(_ row: Int) {
    let (name, function, x, y) = functions[row]
    // The C library errs by a few ulp.
    #expect(abs(function(Tensor(x)).item - y) <= 4 * y.ulp, "\(name)")
    let view = Tensor<Double>([x, 0.5, x]).broadcast(to: [2, 3]).transposed()
    #expect(function(view).shape == [3, 2])
    #expect(abs(function(view)[2, 1] - y) <= 4 * y.ulp, "\(name) of a view")
  }

  @Test func twoArguments() {
    #expect(pow(Tensor([2.0, 3]), 3) == [8, 27])
    #expect(pow(Tensor([-2.0]), 3) == [-8])
    #expect(pow(Tensor([4.0]), 0.5) == [2] && pow(Tensor([4.0]), Tensor([-1.0])) == [0.25])
    #expect(hypot(Tensor([3e200]), Tensor([4e200])).isApproximatelyEqual(to: [5e200]))
    #expect(atan2(Tensor([1.0]), Tensor([-1.0])).isApproximatelyEqual(to: [2.356194490192345]))
  }

  @Test func specialValues() {
    let infinity = Double.infinity
    #expect(
      sigmoid(Tensor([-infinity, -745, 0, 40, infinity])) == Tensor([0, .leastNonzeroMagnitude, 0.5, 1, 1]))
    #expect(
      softplus(Tensor([-infinity, -745, 800, infinity]))
        == Tensor([0, .leastNonzeroMagnitude, 800, infinity]))
    #expect(relu(Tensor([-1, 0, 2.0])) == [0, 0, 2] && relu(Tensor([Double.nan])).item.isNaN)
    #expect(sign(Tensor([-3, 0, 2.0])) == [-1, 0, 1] && sign(Tensor([Double.nan])).item.isNaN)
    #expect(round(Tensor([0.5, 1.5, -2.5])) == [0, 2, -2])
    let (a, b) = (Tensor([1, .nan, 3]), Tensor([2, 2, .nan]))
    #expect((maximum(a, b) .== maximum(a, b)) == [1, 0, 0] && maximum(a, b)[0] == 2)
    #expect((minimum(a, b) .== minimum(a, b)) == [1, 0, 0] && minimum(a, b)[0] == 1)
    #expect(maximum(a, 2)[0] == 2 && maximum(a, 2)[1].isNaN && minimum(a, 2)[2] == 2)
    #expect(clamp(Tensor([-5, 0.5, 5.0]), to: 0...1) == [0, 0.5, 1])
  }
}
