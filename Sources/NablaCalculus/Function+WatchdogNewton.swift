// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
package import NablaTensors

extension Function {
  /// Newton's method for minima from many points at once, with a watchdog: steps are taken unseen, and what they led to
  /// is judged once (Chamberlain, Powell, Lemarechal and Pedersen, "The watchdog technique for forcing convergence in
  /// algorithms for constrained optimization", Mathematical Programming Study 16, 1982).
  ///
  /// First come `descents` steps that go down in the quadratic model: −H⁻¹g where H is positive definite, elsewhere
  /// −(15/8) g/‖H‖_∞, just below the length 2/‖H‖₂ from which on a gradient step may rise. Then come `steps` plain Newton
  /// steps, for which most points are near enough to their minimum by then. An end counts where f is not above f at the
  /// start (by more than rounding) and H is positive definite; from others the points return to where the plain steps
  /// began, and their values are NaN. The derivatives are computed descents + steps + 1 times.
  ///
  /// - Parameters:
  ///   - points: [N, n].
  ///   - starts: [N, n], above whose values no end lies that counts.
  ///   - descents: at least 1.
  ///   - steps: at least 1.
  ///   - parameters: [p] for all points or [N, p].
  /// - Precondition: a scalar function of at least one variable, and shapes that fit it.
  package func watchdogMinima(
    from points: Tensor<Double>, below starts: Tensor<Double>, descents: Int, steps: Int,
    parameters: Tensor<Double>? = nil
  ) -> NewtonEnds {
    precondition(descents >= 1 && steps >= 1, "at least one step of each kind")
    let kernels = plans.watchdogNewtonKernels {
      WatchdogNewtonKernels(self, newton: plans.newtonKernel { newtonKernel })
    }
    let chain = kernels.chain(descents: descents, steps: steps)
    return chain.ends(count: points.shape[0], variables: variables.count) {
      withInputColumns(points, parameters, starts, nil, $0)
    }
  }
}

/// The kernels of the steps and of the verdict. Between them a point is its place before the plain steps (n columns), and
/// that behind them (n).
struct WatchdogNewtonKernels: Sendable {
  private let function: Function
  private let (descent, newton, verdict): (any Kernel<Double>, any Kernel<Double>, any Kernel<Double>)

  init(_ function: Function, newton: any Kernel<Double>) {
    self.function = function
    self.newton = newton
    let model = NewtonModel(function)
    (descent, verdict) = (model.descent, model.verdict)
  }

  func chain(descents: Int, steps: Int) -> KernelChain {
    typealias Place = KernelChain.Place
    let n = function.variables.count
    let p = function.parameters.count
    let given = (n..<(n + p)).map { Place.input($0) }
    let points = (0..<n).map { Place.input($0) }
    let starts = ((n + p)..<(2 * n + p)).map { Place.input($0) }
    let (base, trial) = ((0..<n).map { Place.block($0) }, (n..<(2 * n)).map { Place.block($0) })
    return KernelChain([
      .init(descent, reads: points + given, writes: base),
      .init(descent, reads: base + given, writes: base, repetition: .times(descents - 1)),
      .init(newton, reads: base + given, writes: trial),
      .init(newton, reads: trial + given, writes: trial, repetition: .times(steps - 1)),
      .init(verdict, reads: base + trial + starts + given, writes: (0..<(n + 2)).map { .output($0) }),
    ])
  }
}

extension NewtonModel {
  fileprivate var descent: any Kernel<Double> {
    let t = function.variables
    // One division for both kinds of steps.
    let factor = 1 / select(isDefinite, step.denominator, 8 / 15 * hessianNorm)
    return compile(
      outputs: (0..<n).map { t[$0] - factor * select(isDefinite, step.numerators[$0], gradient[$0]) },
      inputs: t + function.parameters,
      overwritten: Dictionary(uniqueKeysWithValues: t.indices.map { ($0, $0) }))
  }

  fileprivate var verdict: any Kernel<Double> {
    let t = function.variables
    let (base, start) = (Expr.traced("base", n), Expr.traced("start", n))
    let ceiling = value.substituting(Dictionary(uniqueKeysWithValues: zip(t, start)))
    let isAccepted = isBelow(ceiling) && isDefinite
    return compile(
      outputs: (0..<n).map { select(isAccepted, t[$0], base[$0]) }
        + [select(isAccepted, value, Expr(.nan)), gradientNormAtMinimum(if: isAccepted)],
      inputs: base + t + start + function.parameters)
  }
}
