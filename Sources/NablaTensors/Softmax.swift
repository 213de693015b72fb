internal import NablaExpressions

// By the largest element of each slice, which is subtracted before the exponential, none of them overflows. NaN in a
// slice makes its results NaN.

/// log Σ exp(x) along one axis, without overflow: shape [a, b, c] along axis 1 gives [a, c].
///
/// −inf of a slice that is empty or all −inf; inf where an element is inf.
///
/// - Complexity: O(`x.count`).
@specialized(where S == Double)
@specialized(where S == Float)
public func logsumexp<S: TensorScalar>(
  _ x: Tensor<S>, axis: Int = -1, keepingDims: Bool = false
) -> Tensor<S> {
  let axis = x.layout.axis(axis)
  if x.shape[axis] == 0 {
    var shape = x.shape
    shape[axis] = 1
    let empty = Tensor(shape: shape, repeating: -S.infinity)
    return keepingDims ? empty : empty.squeezed(axis: axis)
  }
  let shift = finiteMaximum(x, axis)
  let result = shift + log(shiftedExponentials(x, shift).sum(axis: axis, keepingDims: true))
  return keepingDims ? result : result.squeezed(axis: axis)
}

/// exp(x) / Σ exp(x) along one axis: shares that add up to 1.
///
/// NaN in a slice that holds inf or is all −inf.
///
/// - Complexity: O(`x.count`).
@specialized(where S == Double)
@specialized(where S == Float)
public func softmax<S: TensorScalar>(_ x: Tensor<S>, axis: Int = -1) -> Tensor<S> {
  if x.count == 0 { return x }
  var exponentials = shiftedExponentials(x, finiteMaximum(x, x.layout.axis(axis)))
  exponentials /= exponentials.sum(axis: axis, keepingDims: true)
  return exponentials
}

/// log(softmax(x)) along one axis: (x − max) − log Σ exp(x − max), accurate where the softmax underflows.
///
/// - Complexity: O(`x.count`).
@specialized(where S == Double)
@specialized(where S == Float)
public func logSoftmax<S: TensorScalar>(_ x: Tensor<S>, axis: Int = -1) -> Tensor<S> {
  if x.count == 0 { return x }
  let shifted = x - finiteMaximum(x, x.layout.axis(axis))
  return shifted - log(exp(shifted).sum(axis: axis, keepingDims: true))
}

/// The largest element of each slice; 0 where that is infinite, since ∞ − ∞ says nothing.
private func finiteMaximum<S: TensorScalar>(_ x: Tensor<S>, _ axis: Int) -> Tensor<S> {
  let largest = x.max(axis: axis, keepingDims: true)
  return select(abs(largest) .== S.infinity, Tensor(0), largest)
}

/// exp(x − shift) in one pass.
private func shiftedExponentials<S: TensorScalar>(_ x: Tensor<S>, _ shift: Tensor<S>) -> Tensor<S> {
  x.combined(shift, shiftedExponential.kernel(for: S.self))
}

private let shiftedExponential = ElementwiseOperation(2) { exp($0[0] - $0[1]) }
