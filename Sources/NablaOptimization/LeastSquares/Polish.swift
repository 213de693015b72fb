// SPDX-License-Identifier: Apache-2.0

/// The last digits: undamped Newton steps with the whole Hessian, from the singular values of the scaled Jacobian.
///
/// A method that looks at f ends where f stops to decrease, which is half of the digits of x away from where the
/// gradient vanishes. These steps look at the gradient alone, and end where they no longer get shorter. A step is
/// taken unless f rises by more than a relative 10⁻⁹. With the residuals' own curvature they converge
/// quadratically also where the residuals are large, where Gauss–Newton steps converge linearly.
func polish(_ run: Minimization) {
  let evaluator = run.residualEvaluator
  var norms = [Double](repeating: 0, count: run.dimension)
  var last = Double.infinity
  for _ in 0..<12 {
    let free = run.freeVariables
    guard
      let linearized = LinearizedResiduals(
        evaluator, at: run.current.point, free: free, norms: &norms, isPrecise: true)
    else { return }
    run.countJacobian()
    let hessian = run.hessian().map { $0.submatrix(free, order: run.dimension) }
    let newton = hessian.flatMap { linearized.newtonStep(hessian: $0) }
    let part = newton ?? linearized.gaussNewtonStep
    let size = length(zip(part, linearized.scales).map { $0 / $1 })
    guard size < 0.7 * last, size.isFinite else { return }
    last = size
    let point = sum(run.current.point, 1, part.spread(to: free, of: run.dimension))
    guard point != run.current.point, run.bounds.map({ $0.project(point) == point }) ?? true else { return }
    let trial = run.evaluate(at: point)
    let value = run.current.value
    guard trial.isFinite, trial.value <= value + 1e-9 * Swift.abs(value) else { return }
    run.settle(trial)
  }
}
