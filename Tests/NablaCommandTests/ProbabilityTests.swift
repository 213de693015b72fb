// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `nabla expect` and `nabla divergence`.
@Suite struct ProbabilityTests {
  private struct Expectation: Decodable {
    let command: String
    let expression: String
    let variables: [String]
    let density: String
    let value: Double
    let errorEstimate: Double
    let variance: Double
    let normalization: Double
    let converged: Bool
  }

  private struct Divergence: Decodable {
    struct Part: Decodable {
      let value: Double
      let converged: Bool
      let method: String
    }
    let other: String
    let variables: [String]
    let kullbackLeibler: Part
    let reverseKullbackLeibler: Part
    let jensenShannon: Part
  }

  /// Closed forms: moments of the distributions, Γ(3/4)/Γ(1/4), and a half of a bivariate normal's correlation.
  @Test(
    "expectations of distributions and formulas",
    arguments: [
      (["x^2", "--density", "normal(0, 1)"], 1, 2), (["t", "--density", "gamma(3, 2)"], 1.5, 0.75),
      (
        ["x", "--density", "0.25*normal(-1, 1) + 0.75*uniform(2, 4)"], 2,
        3.5
      ),
      (["x^2", "--density", "exp(-x^4)", "--over", "x=-inf:inf"], 0.337989120033642364, 0.135763354738887),
      (["1", "--density", "student(2.5)"], 1, 0),
      (["x", "--density", "exponential", "--over", "1:inf"], 2, 1),
      (["x*y", "--density", "exp(-x^2/2-y^2/2)", "--over", "-inf:inf"], 0, 1),
    ] as [([String], Double, Double)])
  func expectations(_ arguments: [String], _ value: Double, _ variance: Double) throws {
    var arguments = arguments
    if let place = arguments.firstIndex(of: "exponential") { arguments[place] = "exponential(1)" }
    let run = try Nabla(["expect"] + arguments + ["--json"])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let document = try run.document(Expectation.self)
    #expect(document.command == "expect" && document.expression == arguments[0] && document.converged)
    #expect(abs(document.value - value) <= 1e-9, "\(document)")
    #expect(abs(document.variance - variance) <= 1e-8, "\(document)")
    let table = try Nabla(["expect"] + arguments)
    #expect(table.status == 0 && table.output.contains("expectation") && table.output.contains("Converged"))
  }

  @Test("divergences in closed form and by quadrature")
  func divergences() throws {
    let normals = try Nabla(["divergence", "normal(0, 1)", "normal(1, 2)", "--json"]).document(
      Divergence.self)
    // log 2 + (1 + 1)/8 − ½ and −log 2 + (4 + 1)/2 − ½.
    #expect(abs(normals.kullbackLeibler.value - 0.443147180559945309) < 1e-14)
    #expect(abs(normals.reverseKullbackLeibler.value - 1.306852819440054691) < 1e-14)
    #expect(normals.kullbackLeibler.method == "closedForm" && normals.jensenShannon.method == "quadrature")
    let formulas = try Nabla(
      ["divergence", "exp(-t^2/2)", "exp(-(t-1)^2/8)", "--over", "t=-inf:inf", "--json"]
    ).document(Divergence.self)
    #expect(formulas.variables == ["t"] && formulas.kullbackLeibler.method == "quadrature")
    #expect(abs(formulas.kullbackLeibler.value - normals.kullbackLeibler.value) < 1e-10)
    #expect(abs(formulas.jensenShannon.value - normals.jensenShannon.value) < 1e-10)
    let table = try Nabla(["divergence", "normal(0, 1)", "exponential(2)"])
    #expect(table.status == 0 && table.output.contains("KL(p, q)") && table.output.contains("inf"))
  }

  @Test(
    "what is malformed: exit 64 and a reason",
    arguments: [
      (["expect", "x"], "--density"), (["expect", "x", "--density", "normal(0)"], ""),
      (["expect", "x", "--density", "normal(0, 0)"], "standard deviation"),
      (["expect", "x", "--density", "gamma()"], "gamma(shape, rate)"),
      (["expect", "x", "--density", "beta(1, 2, 3)"], "3 parameters"),
      (["expect", "x", "--density", "normal(0, 1) + 3"], "no distribution"),
      (["expect", "x", "--density", "-1*normal(0, 1)"], "weight"),
      (["expect", "x", "--density", "exp(-x^2)"], "--over"),
      (["expect", "x", "--density", "x-0.5", "--over", "0:1"], "negative"),
      (["divergence", "x*y", "1", "--over", "-inf:inf"], "negative"),
      (["expect", "x", "--density", "exp(-x^2)", "--over", "0:0"], "empty"),
      (["expect", "x", "--density", "exponential(1)", "--over", "-2:-1"], "no probability"),
      (["expect", "x+y", "--density", "normal(0, 1)"], "one variable"),
      (["expect", "x; y", "--density", "normal(0, 1)"], "2 outputs"),
      (["expect", "x", "--density", "normal(0, 1)", "--tolerance", "-1"], "0 or more"),
      (["divergence", "normal(0, 1)"], "density"), (["divergence", "normal(0, 1)", "cauchy(1)"], "student"),
      (["divergence", "x", "y", "--over", "0:1", "--variables", "x"], "y"),
      (["divergence", "x*y", "normal(0, 1)", "--over", "0:1"], "one variable"),
    ])
  func malformed(_ arguments: [String], _ reason: String) throws {
    let run = try Nabla(arguments)
    if reason.isEmpty {
      #expect(run.status == 0)
    } else {
      #expect(run.status == 64 && run.output.isEmpty && run.errors.contains(reason), "\(run.errors)")
    }
  }

  @Test("no mass in double precision, and a mean that is infinite: exit 1")
  func withoutMass() throws {
    let empty = ["expect", "x", "--density", "normal(0, 1)", "--over", "40:41"]
    for arguments in [empty, ["expect", "exp(x)", "--density", "student(3)"]] {
      let run = try Nabla(arguments + ["--json"])
      #expect(run.status == 1 && run.output.contains("\"converged\": false"), "\(arguments)")
      #expect(run.errors.contains("the density is 0") == (arguments == empty), "\(run.errors)")
    }
  }

  @Test("without a mean: exit 1, and what was found")
  func withoutMean() throws {
    let run = try Nabla(["expect", "abs(x)", "--density", "student(1)", "--json"])
    #expect(run.status == 1 && run.output.contains("\"converged\": false") && !run.errors.isEmpty)
  }
}
