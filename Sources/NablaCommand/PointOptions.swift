// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// Points at which to compute: `--at` and `--points`.
struct PointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A point: x=1,y=2, or 1,2 in the order of the variables. Coordinates are finite numbers or formulas "
        + "without variables (-pi/2). May be repeated.",
      valueName: "point"))
  var at: [Text] = []

  @Option(
    help: ArgumentHelp(
      "Points from a file: comma-separated values under a header of variable names (other columns are "
        + "ignored), or a .npy array of shape [N, n]. - reads comma-separated values from standard input.",
      valueName: "file"))
  var points: Text?

  var isEmpty: Bool { at.isEmpty && points == nil }

  /// Refuses options that contradict each other, before anything is read.
  func check(_ common: CommonOptions) throws(CommandError) {
    if points != nil, !at.isEmpty { throw .usage("points are given by --at or by --points, not by both") }
    if points?.string == "-", common.expression.string == "-" {
      throw .usage("standard input cannot hold both the expression and the points")
    }
  }

  /// The points, of shape [N, n].
  func tensor(for formula: Formula) throws(CommandError) -> Tensor<Double> {
    let n = formula.variables.count
    guard let file = points?.string else {
      var coordinates: [Double] = []
      for text in at {
        coordinates += try PointParsing.point(text.string, variables: formula.variables, option: "--at")
      }
      return Tensor(shape: [at.count, n], scalars: coordinates)
    }
    if n == 0 { throw .usage("the expression has no variables, so --points has nothing to say") }
    let coordinates = try PointFile.read(file, variables: formula.variables)
    return Tensor(shape: [coordinates.count / n, n], scalars: coordinates)
  }
}
