// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaExpressions
import NablaOptimization
import NablaTensors
import Testing

/// NIST's Statistical Reference Datasets for nonlinear regression, from `Resources/nist.json`, which says where they are
/// from.
struct NISTProblem: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let predictors: [String]
  let parameters: [String]
  let model: String
  let response: String
  let start1: [Double]
  let start2: [Double]
  let certified: [Double]
  let standardErrors: [Double]
  let certifiedRSS: Double
  let degreesOfFreedom: Int
  let y: [Double]
  let x: [Double]?
  let x1: [Double]?
  let x2: [Double]?

  var testDescription: String { name }

  /// Rows of predictors and y.
  var rows: Tensor<Double> {
    let columns = (predictors.map { $0 == "x" ? x! : $0 == "x1" ? x1! : x2! } + [y]).map {
      Tensor($0).reshaped([y.count, 1])
    }
    return .concatenate(columns, axis: 1)
  }

  var residuals: Residuals {
    let columns = predictors + ["y"]
    let residual = try! Function(
      parsing: "\(model) - (\(response))", variables: parameters, parameters: columns)
    return Residuals(residual, over: rows)
  }

  /// The correct digits of the worst number, at most 11: the certificates have no more.
  static func digits(_ values: [Double], _ reference: [Double]) -> Double {
    zip(values, reference).map { value, certified in
      let error = abs(value - certified) / abs(certified)
      return error > 0 ? min(11, max(0, -log10(error))) : value == certified ? 11 : 0
    }.min()!
  }

  static let all: [NISTProblem] = {
    struct File: Decodable { let datasets: [String: NISTProblem] }
    let url = Bundle.module.url(forResource: "nist", withExtension: "json", subdirectory: "Resources")!
    let file = try! JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    return file.datasets.values.sorted { $0.name < $1.name }
  }()
}
