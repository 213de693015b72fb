// SPDX-License-Identifier: Apache-2.0

/// One step of the course: a program that prints what it teaches.
struct Lesson: Sendable {
  /// What the command line calls it.
  let name: String
  let title: String
  /// Prints the lesson and, where a folder is given, saves its pictures.
  let run: @Sendable (_ pictures: PictureFolder?) throws -> Void

  init(_ name: String, _ title: String, run: @escaping @Sendable (PictureFolder?) throws -> Void) {
    self.name = name
    self.title = title
    self.run = run
  }

  /// In order: functions of one variable, of several, minimisation, and what it is for.
  static let all = [
    derivatives, secondDerivative, taylor, integrals,
    gradients, hessian, chainRule, layerJacobian,
    descent, rates, momentum, newton, methods,
    divergence, regression, network,
  ]
}

/// Ends the program where what a lesson says is not so.
func expect(_ holds: Bool, _ claim: String) {
  guard holds else { fail("this does not hold: \(claim)", status: 1) }
}
