// SPDX-License-Identifier: Apache-2.0

import NablaIntegration
import TestSupport
import Testing

@Suite struct BatteryTests {
  /// In a debug build every fourth: the whole battery takes a second with optimisation.
  @Test func oneVariable() {
    var score = Score()
    for (index, integral) in ReferenceIntegral.ofOneVariable.enumerated() where isRelease || index % 4 == 0 {
      let range = integral.ranges[0]
      score.add(
        integral.id, integral.function.integral(from: range.lower, to: range.upper),
        Double(integral.value!)!)
    }
    print("Integrals of one variable: \(score.summary)")
    #expect(score.lies.isEmpty, "wrong with confidence: \(score.lies)")
    // x^(-0.99), of which a hundredth lies below the smallest number, is one that is only flagged.
    #expect(score.missed.count <= 2, "\(score.missed)")
    #expect(score.underestimated <= score.count / 20)
  }

  @Test func severalVariables() {
    var score = Score()
    for (index, integral) in ReferenceIntegral.ofSeveral.enumerated() where isRelease || index % 5 == 0 {
      if !isRelease && integral.vars.count > 3 { continue }
      score.add(integral.id, integral.function.integral(over: integral.ranges), Double(integral.value!)!)
    }
    print("Integrals of several variables: \(score.summary)")
    #expect(score.lies.isEmpty, "wrong with confidence: \(score.lies)")
    // A disc's edge, a ridge along the diagonal, the sharpest peaks in space.
    #expect(score.missed.count <= 4, "\(score.missed)")
  }

  @Test(arguments: ReferenceIntegral.undefined)
  func undefined(_ integral: ReferenceIntegral) {
    let range = integral.ranges[0]
    let result = integral.function.integral(from: range.lower, to: range.upper)
    #expect(!result.converged)
    #expect(result.errorEstimate > 0)
    switch integral.expected {
    case "inf", "-inf":
      // Two that grow like log log x or whose divergence only sampling shows may end as not converged.
      if result.reason == .divergent {
        #expect(result.value == (integral.expected == "inf" ? .infinity : -.infinity))
      }
    case "nan": #expect(result.value.isNaN && result.reason == .undefinedIntegrand)
    default: #expect(!(result.errorEstimate < 1e-6))
    }
  }
}
