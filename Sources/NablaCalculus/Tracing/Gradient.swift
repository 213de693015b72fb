// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

// Derivatives of functions of traced tensors. The function is called once; the traced parameters are its to use
// until it returns. What it throws is thrown on.

/// The value and the gradient of a scalar function of tensors, by the reverse mode.
///
/// ∇f has the structure and the shapes of the parameters, and is zero for what f does not depend on.
///
///     let (loss, slope) = valueAndGradient(
///       of: { p in square(matmul(x, p["w"]!) + p["b"]! - y).mean() }, at: ["w": w, "b": b])
///
/// - Precondition: the function's value has one element.
/// - Complexity: a small multiple of the function's own time, however many parameters there are, and memory for
///   all that it computes on the way (see ``checkpoint(_:_:)``).
public func valueAndGradient<P: TensorTree, Failure: Error>(
  of function: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, at parameters: P
) throws(Failure) -> (value: P.Scalar, gradient: P) {
  let recording = Recording(parameters)
  let output = try function(recording.traced)
  requireScalar(output, "A gradient", instead: "its jacobian(of:at:)")
  return (output.item, recording.cotangents(of: output, seed: ones(like: output)))
}

/// The gradient of a scalar function of tensors: see ``valueAndGradient(of:at:)``.
public func gradient<P: TensorTree, Failure: Error>(
  of function: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, at parameters: P
) throws(Failure) -> P {
  try valueAndGradient(of: function, at: parameters).gradient
}

/// The derivatives of a scalar that was computed from traced tensors by those tensors, as traced tensors: for use
/// inside a function that is itself differentiated, as where a loss contains a gradient.
///
///     let penalised = gradient(of: { w in
///       let loss = loss(w)
///       return loss + square(gradient(of: loss, by: [w])[0]).sum()
///     }, at: weights)
///
/// - Precondition: `output` has one element.
public func gradient<Scalar>(
  of output: TracedTensor<Scalar>, by variables: [TracedTensor<Scalar>]
) -> [TracedTensor<Scalar>] {
  requireScalar(output, "A gradient", instead: "vectorJacobianProduct(of:at:)")
  let found = cotangents(of: [(output, ones(like: output))], by: variables, isRecording: true)
  return zip(found, variables).map { $0 ?? TracedTensor(Tensor.zeros($1.shape)) }
}

/// The value y = f(x) and the map from cotangents ȳ (of y's shape) to Jᵀ ȳ in the structure of x, by the
/// reverse mode.
///
/// - Complexity: as for ``valueAndGradient(of:at:)``, for each call of the map; the map keeps the recording alive.
public func vectorJacobianProduct<P: TensorTree, Failure: Error>(
  of function: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, at parameters: P
) throws(Failure) -> (value: Tensor<P.Scalar>, pullback: (Tensor<P.Scalar>) -> P) {
  let recording = Recording(parameters)
  let output = try function(recording.traced)
  return (
    output.value,
    { cotangent in
      precondition(
        cotangent.shape == output.shape,
        "A cotangent has the shape of the value, \(output.shape); this one has \(cotangent.shape).")
      return recording.cotangents(of: output, seed: TracedTensor(cotangent))
    }
  )
}

/// The value y = f(x) and its derivative J ẋ along a direction, by the forward mode.
///
/// - Complexity: a small multiple of the function's own time.
public func jacobianVectorProduct<P: TensorTree, Failure: Error>(
  of function: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, at parameters: P, along direction: P
) throws(Failure) -> (value: Tensor<P.Scalar>, tangent: Tensor<P.Scalar>) {
  let recording = Recording(parameters)
  let output = try function(recording.traced)
  let tangent = recording.tangents(of: [output], along: direction)[0]
  return (output.value, tangent?.value.contiguous() ?? Tensor.zeros(output.shape))
}

/// The Jacobian of a function of one tensor, of shape `y.shape + x.shape`: ∂yᵢ/∂xⱼ, by one reverse sweep for
/// each element of y, or one forward sweep for each of x, whichever are fewer.
///
/// - Complexity: min(x.count, y.count) sweeps and one evaluation.
public func jacobian<Scalar, Failure: Error>(
  of function: (TracedTensor<Scalar>) throws(Failure) -> TracedTensor<Scalar>, at x: Tensor<Scalar>
) throws(Failure) -> Tensor<Scalar> {
  let recording = Recording(x)
  let output = try function(recording.traced)
  if output.count <= x.count {
    let rows = unitTensors(output.shape).map { seed in
      recording.cotangents(of: output, seed: TracedTensor(seed)).flattened()
    }
    return stacked(rows, width: x.count).reshaped(output.shape + x.shape)
  }
  let columns = unitTensors(x.shape).map { direction in
    recording.tangents(of: [output], along: direction)[0]?.value.flattened() ?? Tensor.zeros([output.count])
  }
  return stacked(columns, width: output.count).transposed().contiguous().reshaped(output.shape + x.shape)
}

/// The value y = f(x) and its derivatives by each number of the parameters, [p] + y.shape, in the order of their leaves:
/// one recording, and a forward sweep for each.
package func outputsAndDerivatives<P: TensorTree, Failure: Error>(
  of function: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, at parameters: P
) throws(Failure) -> (value: Tensor<P.Scalar>, derivatives: Tensor<P.Scalar>) {
  let recording = Recording(parameters)
  let output = try function(recording.traced)
  let zeros = parameters.leaves.map { Tensor<P.Scalar>.zeros($0.shape) }
  var rows: [Tensor<P.Scalar>] = []
  for (leaf, zero) in zeros.enumerated() {
    for unit: Tensor<P.Scalar> in unitTensors(zero.shape) {
      var direction = zeros
      direction[leaf] = unit
      let tangent = recording.tangents(of: [output], along: parameters.replacingLeaves(with: direction))[0]
      rows.append(tangent?.value.flattened() ?? .zeros([output.count]))
    }
  }
  return (output.value, stacked(rows, width: output.count).reshaped([rows.count] + output.shape))
}

// MARK: - Second order

/// The gradient ∇f(x) and the product H v of the Hessian with a direction, forward over reverse: neither H nor a
/// row of it is formed.
///
/// - Complexity: a small multiple of the function's own time.
public func hessianVectorProduct<P: TensorTree, Failure: Error>(
  of function: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, at parameters: P, along direction: P
) throws(Failure) -> (gradient: P, product: P) {
  let slope = try RecordedGradient(of: function, at: parameters)
  return (slope.gradient, slope.product(along: direction))
}

/// The Hessian of a scalar function of one tensor, of shape `x.shape + x.shape`.
///
/// - Complexity: x.count Hessian–vector products over one recording.
public func hessian<Scalar, Failure: Error>(
  of function: (TracedTensor<Scalar>) throws(Failure) -> TracedTensor<Scalar>, at x: Tensor<Scalar>
) throws(Failure) -> Tensor<Scalar> {
  let slope = try RecordedGradient(of: function, at: x)
  let rows = unitTensors(x.shape).map { slope.product(along: $0).flattened() }
  return stacked(rows, width: x.count).reshaped(x.shape + x.shape)
}

/// A gradient that was recorded, and so has derivatives along any number of directions.
struct RecordedGradient<Parameters: TensorTree> {
  private let recording: Recording<Parameters>
  private let components: [TracedTensor<Parameters.Scalar>?]

  init<Failure: Error>(
    of function: (Parameters.Traced) throws(Failure) -> TracedTensor<Parameters.Scalar>,
    at parameters: Parameters
  ) throws(Failure) {
    recording = Recording(parameters)
    let output = try function(recording.traced)
    requireScalar(output, "A Hessian", instead: "its jacobian(of:at:)")
    components = recording.recordedCotangents(of: output, seed: ones(like: output))
  }

  var gradient: Parameters { recording.tree(components) }

  func product(along direction: Parameters) -> Parameters {
    let present = components.indices.filter { components[$0] != nil }
    let tangents = recording.tangents(of: present.map { components[$0]! }, along: direction)
    var products = [TracedTensor<Parameters.Scalar>?](repeating: nil, count: components.count)
    for (position, tangent) in zip(present, tangents) { products[position] = tangent }
    return recording.tree(products)
  }
}

private func ones<Scalar>(like output: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
  TracedTensor(Tensor(shape: output.shape, repeating: 1))
}

/// The tensors of a shape that are 1 in one place and 0 elsewhere, in row-major order.
private func unitTensors<Scalar: TensorScalar>(_ shape: [Int]) -> some Sequence<Tensor<Scalar>> {
  let count = shape.reduce(1, *)
  return (0..<count).lazy.map { position in
    Tensor(shape: shape) { buffer in
      buffer.initialize(repeating: 0)
      buffer[position] = 1
    }
  }
}

/// Vectors as the rows of a matrix.
private func stacked<Scalar: TensorScalar>(_ rows: [Tensor<Scalar>], width: Int) -> Tensor<Scalar> {
  rows.isEmpty ? Tensor.zeros([0, width]) : Tensor.stack(rows)
}
