// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaTensors
import TestSupport
import Testing

@testable import NablaProbability

/// Draws and what ArviZ says of them; `Resources/diagnostics.json` names version and methods.
private struct DiagnosticsCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let draws: [[Double]]
  let rhat: Double?
  let bulk: Double
  let tail: Double
  let mean: Double
  let mcse_mean: Double
  let mcse_sd: Double

  var testDescription: String { name }

  struct File: Decodable { let cases: [DiagnosticsCase] }

  static let all: [DiagnosticsCase] = {
    let url = Bundle.module.url(forResource: "Resources/diagnostics", withExtension: "json")!
    return try! JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
  }()
}

/// To within what differently ordered sums of some hundred terms do.
private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-10 * abs(b) }

struct ConvergenceDiagnosticsTests {
  @Test(arguments: DiagnosticsCase.all)
  fileprivate func agreesWithArviZ(_ reference: DiagnosticsCase) {
    let draws = Tensor(reference.draws)
    if let rHat = reference.rhat { #expect(isClose(ConvergenceDiagnostics.rHat(draws), rHat)) }
    #expect(isClose(ConvergenceDiagnostics.bulkEffectiveSampleSize(draws), reference.bulk))
    #expect(isClose(ConvergenceDiagnostics.tailEffectiveSampleSize(draws), reference.tail))
    #expect(isClose(ConvergenceDiagnostics.effectiveSampleSize(draws), reference.mean))
    #expect(isClose(ConvergenceDiagnostics.meanError(draws), reference.mcse_mean))
    #expect(isClose(ConvergenceDiagnostics.standardDeviationError(draws), reference.mcse_sd))
  }

  @Test func undefinedWhereNothingCanBeSaid() {
    var generator = SeededGenerator(seed: 5)
    let constant = Tensor<Double>(shape: [4, 50], repeating: 3)
    var broken = Tensor<Double>.uniform([4, 50], using: &generator)
    broken[2, 7] = .nan
    let short = Tensor<Double>.uniform([4, 3], using: &generator)
    for draws in [constant, broken, short] {
      #expect(ConvergenceDiagnostics.rHat(draws).isNaN)
      #expect(ConvergenceDiagnostics.bulkEffectiveSampleSize(draws).isNaN)
      #expect(ConvergenceDiagnostics.tailEffectiveSampleSize(draws).isNaN)
      #expect(ConvergenceDiagnostics.meanError(draws).isNaN)
    }
  }

  @Test func chainsThatStandStillApartNeverMeet() {
    let draws = Tensor((0..<4).map { [Double](repeating: Double($0), count: 20) })
    #expect(ConvergenceDiagnostics.rHat(draws) == .infinity)
  }

  @Test func aSingleChainThatDriftsIsFoundOut() {
    let drift = (0..<200).map { (i: Int) -> Double in Double(i) / 100 + Double(i % 7) / 7 }
    #expect(ConvergenceDiagnostics.rHat(Tensor([drift])) > 1.5)
  }

  /// The references are mpmath's for these doubles: √2 erfinv(2p − 1), in the tail the root of log erfc(−x/√2)/2 = log p,
  /// with 60 digits.
  @Test(arguments: [
    (0.5, 0), (0.6, 0.253347103135799741324688691772), (0.025, -1.95996398454005421177958419423),
    (0.99, 2.32634787404084076763718923689), (1e-10, -6.36134090240405619910039694879),
    (1e-300, -37.0470962993611992365470425049),
  ])
  func normalQuantile(_ p: Double, _ x: Double) {
    #expect(abs(standardNormalQuantile(p) - x) <= 4 * x.ulp)
  }
}
