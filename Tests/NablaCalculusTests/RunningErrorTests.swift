// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import Testing

struct RunningErrorTests {
  private func analyse(_ x: Double, _ delta: Double = 0, _ body: (Expr) -> Expr) -> RunningError.Bounded {
    let variable = Expr.variable("x")
    return RunningError(outputs: [body(variable)], inputs: [variable])(at: [x], uncertainties: [delta])[0]
  }

  @Test func boundsHoldAgainstExactArithmetic() {
    // (1 + x) − 1 with x = 2⁻⁶⁰ is x; double precision gives 0.
    let cancelled = analyse(0x1p-60) { (1 + $0) - 1 }
    #expect(cancelled.value == 0 && cancelled.error >= 0x1p-60 && cancelled.error < 0x1p-51)
    // sin at the double nearest to π is 1.2246467991473532e-16, to all digits.
    #expect(analyse(.pi) { sin($0) }.error < 1e-31)
    // The double is π only to half an ulp.
    #expect(analyse(.pi, Double.pi.ulp) { sin($0) }.error >= 0.99 * Double.pi.ulp)
    #expect(analyse(3, 0.5) { pow($0, 2) }.error >= 3.25)
    #expect(analyse(0, 0) { pow($0, 2) }.error == 0)
  }

  @Test func nothingIsKnownBesideTheEdgeOfTheDomain() {
    #expect(analyse(1e-10, 1e-9) { sqrt($0) }.error == .infinity)
    #expect(analyse(1e-10, 1e-9) { 1 / $0 }.error == .infinity)
    #expect(analyse(1e-10, 1e-11) { log($0) }.error.isFinite)
  }

  @Test func underflowShows() {
    let x = Expr.variable("x")
    let analysis = RunningError(outputs: [exp(-(x * x)), pow(x, 3)], inputs: [x])
    let far = analysis(at: [30], uncertainties: [0], unitRoundoff: 0)
    #expect(far[0].value == 0 && far[0].error > 0)
    let origin = analysis(at: [0], uncertainties: [0], unitRoundoff: 0)
    #expect(origin[0].error == 0 && origin[1].error == 0)
  }

  @Test func theBranchTakenCounts() {
    #expect(analyse(2, 0.1) { select($0 .> 1, 3 * $0, sqrt(-$0)) }.error < 0.31)
  }
}
