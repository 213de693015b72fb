// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
package import NablaTensors

extension Function {
  /// Newton's method for minima from many starts at once, each of whose iterations is one kernel: value, gradient,
  /// Hessian, step, and the decision on the last step.
  ///
  /// The step at x is −H⁻¹g where H is positive definite, and −c g elsewhere, with a rate c that begins with
  /// 1/‖H(x₀)‖_∞, doubles where a trial is accepted and is quartered where not. A trial is accepted where f is finite and
  /// does not rise by more than rounding; else a quarter of the step is tried. Blocks of points stay in the cache from
  /// iteration to iteration. The derivatives are computed `evaluations` times, as often as by as many plain Newton steps:
  /// the first evaluation chooses the first step, the last one tells what the last trial is.
  ///
  /// - Parameters:
  ///   - starts: [N, n].
  ///   - evaluations: at least 2.
  ///   - parameters: [p] for all starts or [N, p].
  /// - Returns: the points [N, n], the values [N], the Euclidean norms of the gradients [N], NaN where the last trial was
  ///   not accepted, and [N] with 1 where the last trial is the point, the Hessian there positive definite and the
  ///   Newton step below 10⁻¹⁰ ‖x‖_∞: a minimum.
  /// - Precondition: a scalar function of at least one variable, and shapes that fit it.
  package func newtonMinima(
    from starts: Tensor<Double>, evaluations: Int, parameters: Tensor<Double>? = nil
  ) -> (
    points: Tensor<Double>, values: Tensor<Double>, gradientNorms: Tensor<Double>, isMinimum: Tensor<Double>
  ) {
    precondition(evaluations >= 2, "the first evaluation makes a trial and the last one judges one")
    let n = variables.count
    let count = starts.shape[0]
    let chain = plans.minimizationKernels { MinimizationKernels(self) }.chain(evaluations: evaluations)
    let points = Tensor<Double>(columnsOf: count, [n])
    let others = (0..<3).map { _ in Tensor<Double>(uninitialized: [count]) }
    let strides = points.strides
    withInputColumns(starts, parameters) { inputs in
      var outputs = (0..<n).map {
        OutputColumn(base: points.storage.base + $0 * strides[1], stride: strides[0])
      }
      outputs += others.map { OutputColumn(base: $0.storage.base, stride: 1) }
      chain.run(count: count, inputs: inputs, outputs: outputs)
    }
    return (points, others[0], others[1], others[2])
  }
}

/// The kernels of the iteration. Between them a start is x (n columns), the trial t (n), f(x), and the rate c of descent
/// where the Hessian is not positive definite.
struct MinimizationKernels: Sendable {
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
    let results = (0..<(n + 3)).map { Place.output($0) }
    return KernelChain([
      .init(opening, reads: starts + given, writes: state),
      .init(iteration, reads: state + given, writes: state, repetition: .times(evaluations - 2)),
      .init(closing, reads: state + given, writes: results),
    ])
  }
}

/// What the kernels compute.
private struct NewtonModel {
  let function: Function
  let n: Int
  let value: Expr
  let gradient: [Expr]
  let hessian: [[Expr]]
  let parameters: [Expr]

  init(_ function: Function) {
    self.function = function
    n = function.variables.count
    value = function.outputs[0]
    gradient = value.gradient(by: function.variables)
    hessian = value.hessian(by: function.variables)
    parameters = function.parameters
  }

  /// The first iteration: x = t = start, f = ∞, and c = 1/‖H‖_∞: steps of the Hessian's own scale.
  var opening: any Kernel<Double> {
    let norm = hessian.map { $0.reduce(Expr(0)) { $0 + abs($1) } }.reduce(Expr(1e-300)) { max($0, $1) }
    let state = State(x: function.variables, f: Expr(.infinity), rate: 1 / norm)
    return compile(outputs: outputs(of: state), inputs: function.variables + parameters)
  }

  var iteration: any Kernel<Double> {
    let state = State.traced(n)
    let outputs = outputs(of: state)
    return compile(
      outputs: outputs, inputs: state.x + function.variables + [state.f, state.rate] + parameters,
      overwritten: Dictionary(uniqueKeysWithValues: outputs.indices.map { ($0, $0) }))
  }

  /// What is kept beside the trial, for which the function's own variables stand.
  private struct State {
    var x: [Expr]
    var f: Expr
    var rate: Expr

    static func traced(_ n: Int) -> State {
      State(x: Expr.traced("accepted", n), f: Expr.traced("f", 1)[0], rate: Expr.traced("rate", 1)[0])
    }
  }

  /// Whether the trial is accepted: not one whose value is NaN, nor one to which a NaN of a step led.
  private func isAccepted(_ state: State) -> Expr { value .<= state.f + 0x1p-50 * abs(state.f) }

  private func outputs(of state: State) -> [Expr] {
    let t = function.variables
    let factors = BlockLDL(hessian)
    let newton = factors.solve(gradient)
    let isDefinite = factors.isPositiveDefinite
    let isAccepted = isAccepted(state)
    let step = (0..<n).map { select(isDefinite, newton[$0], state.rate * gradient[$0]) }
    let base = (0..<n).map { select(isAccepted, t[$0], state.x[$0]) }
    let next = (0..<n).map {
      select(isAccepted, t[$0] - step[$0], state.x[$0] + 0.25 * (t[$0] - state.x[$0]))
    }
    return base + next + [select(isAccepted, value, state.f), state.rate * select(isAccepted, 2, 0.25)]
  }

  /// The verdict on the last trial.
  var closing: any Kernel<Double> {
    let state = State.traced(n)
    let t = function.variables
    let factors = BlockLDL(hessian)
    let newton = factors.solve(gradient)
    let isAccepted = isAccepted(state)
    let norm = sqrt(gradient.reduce(Expr(0)) { $0 + $1 * $1 })
    let size = t.reduce(Expr(0)) { max($0, abs($1)) }
    let isShort = newton.reduce(Expr(0)) { max($0, abs($1)) } .<= 1e-10 * size
    let isMinimum = isAccepted && factors.isSafelyPositiveDefinite && isShort
    return compile(
      outputs: (0..<n).map { select(isAccepted, t[$0], state.x[$0]) }
        + [
          select(isAccepted, value, state.f), select(isAccepted, norm, Expr(.nan)),
          select(isMinimum, 1, 0),
        ],
      inputs: state.x + t + [state.f, state.rate] + parameters)
  }
}
