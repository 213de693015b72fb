// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
package import NablaTensors

extension Function {
  /// Newton's method for minima from many starts at once, whose value never rises. An iteration is one kernel: value,
  /// gradient, Hessian, step, and the decision on the last step.
  ///
  /// The step at x is −H⁻¹g where H is positive definite, and −c g elsewhere, with a rate c that begins with
  /// 1/‖H(x₀)‖_∞, doubles where a trial is accepted and is quartered where not. A trial is accepted where f is finite and
  /// does not rise by more than rounding; else a quarter of the step is tried. Blocks of points stay in the cache from
  /// iteration to iteration. The derivatives are computed `evaluations` times: the first evaluation chooses the first
  /// step, the last one tells what the last trial is.
  ///
  /// - Parameters:
  ///   - starts: [N, n].
  ///   - evaluations: at least 2.
  ///   - parameters: [p] for all starts or [N, p].
  /// - Precondition: a scalar function of at least one variable, and shapes that fit it.
  package func newtonMinima(
    from starts: Tensor<Double>, evaluations: Int, parameters: Tensor<Double>? = nil
  ) -> NewtonEnds {
    precondition(evaluations >= 2, "the first evaluation makes a trial and the last one judges one")
    let kernels = plans.safeguardedNewtonKernels { SafeguardedNewtonKernels(self) }
    return kernels.chain(evaluations: evaluations).ends(count: starts.shape[0], variables: variables.count) {
      withInputColumns(starts, parameters, nil, nil, $0)
    }
  }
}

/// The kernels of the iteration. Between them a start is x (n columns), the trial t (n), f(x), and the rate c of descent
/// where the Hessian is not positive definite.
struct SafeguardedNewtonKernels: Sendable {
  private let function: Function
  private let n: Int
  private let (opening, iteration, closing): (any Kernel<Double>, any Kernel<Double>, any Kernel<Double>)

  init(_ function: Function) {
    self.function = function
    n = function.variables.count
    let model = NewtonModel(function)
    (opening, iteration, closing) = (model.opening, model.iteration, model.closing)
  }

  func chain(evaluations: Int) -> KernelChain {
    typealias Place = KernelChain.Place
    let given = function.parameters.indices.map { Place.input(n + $0) }
    let state = (0..<(2 * n + 2)).map { Place.block($0) }
    let starts = (0..<n).map { Place.input($0) }
    let results = (0..<(n + 2)).map { Place.output($0) }
    return KernelChain([
      .init(opening, reads: starts + given, writes: state),
      .init(iteration, reads: state + given, writes: state, repetition: .times(evaluations - 2)),
      .init(closing, reads: state + given, writes: results),
    ])
  }
}

extension NewtonModel {
  /// What is kept beside the trial, for which the function's own variables stand.
  private struct State {
    var x: [Expr]
    var f: Expr
    var rate: Expr

    static func traced(_ n: Int) -> State {
      State(x: Expr.traced("accepted", n), f: Expr.traced("f", 1)[0], rate: Expr.traced("rate", 1)[0])
    }
  }

  /// The first iteration: x = t = start, f = ∞, and c = 1/‖H‖_∞: steps of the Hessian's own scale.
  fileprivate var opening: any Kernel<Double> {
    let state = State(x: function.variables, f: Expr(.infinity), rate: 1 / max(hessianNorm, 1e-300))
    return compile(outputs: outputs(of: state), inputs: function.variables + function.parameters)
  }

  fileprivate var iteration: any Kernel<Double> {
    let state = State.traced(n)
    let outputs = outputs(of: state)
    return compile(
      outputs: outputs, inputs: state.x + function.variables + [state.f, state.rate] + function.parameters,
      overwritten: Dictionary(uniqueKeysWithValues: outputs.indices.map { ($0, $0) }))
  }

  private func outputs(of state: State) -> [Expr] {
    let t = function.variables
    let isAccepted = isBelow(state.f)
    // One division serves all components, and none where they are no fractions.
    let factor = 1 / step.denominator
    let move = (0..<n).map { select(isDefinite, factor * step.numerators[$0], state.rate * gradient[$0]) }
    let base = (0..<n).map { select(isAccepted, t[$0], state.x[$0]) }
    let next = (0..<n).map {
      select(isAccepted, t[$0] - move[$0], state.x[$0] + 0.25 * (t[$0] - state.x[$0]))
    }
    return base + next + [select(isAccepted, value, state.f), state.rate * select(isAccepted, 2, 0.25)]
  }

  /// The verdict on the last trial.
  fileprivate var closing: any Kernel<Double> {
    let state = State.traced(n)
    let t = function.variables
    let isAccepted = isBelow(state.f)
    return compile(
      outputs: (0..<n).map { select(isAccepted, t[$0], state.x[$0]) }
        + [select(isAccepted, value, state.f), gradientNormAtMinimum(if: isAccepted)],
      inputs: state.x + t + [state.f, state.rate] + function.parameters)
  }
}
