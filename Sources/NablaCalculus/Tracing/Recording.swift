// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// Parameters as variables of a recording, for a closure to be called with.
struct Recording<Parameters: TensorTree> {
  typealias Scalar = Parameters.Scalar

  let parameters: Parameters
  let traced: Parameters.Traced
  /// In the order of the parameters' leaves.
  let variables: [TracedTensor<Scalar>]

  init(_ parameters: Parameters, keepingValues: Bool = false) {
    self.parameters = parameters
    var variables: [TracedTensor<Scalar>] = []
    traced = parameters.mapTensors { (leaf: Tensor<Scalar>) -> TracedTensor<Scalar> in
      let variable = TracedTensor.variable(leaf, keepsValues: keepingValues)
      variables.append(variable)
      return variable
    }
    self.variables = variables
  }

  /// Jᵀ ȳ in the structure of the parameters.
  func cotangents(of output: TracedTensor<Scalar>, seed: TracedTensor<Scalar>) -> Parameters {
    let found = NablaCalculus.cotangents(
      of: [(output, seed)], by: variables, isRecording: false)
    return tree(found)
  }

  /// The cotangents as recorded values, to be differentiated again; nil where they are zero.
  func recordedCotangents(
    of output: TracedTensor<Scalar>, seed: TracedTensor<Scalar>
  ) -> [TracedTensor<Scalar>?] {
    NablaCalculus.cotangents(of: [(output, seed)], by: variables, isRecording: true)
  }

  /// The tangents of results along directions in the structure of the parameters.
  func tangents(
    of results: [TracedTensor<Scalar>], along direction: Parameters
  ) -> [TracedTensor<Scalar>?] {
    let directions = direction.leaves
    precondition(
      directions.map(\.shape) == variables.map(\.shape),
      """
      A direction has the shapes of the parameters, \(variables.map(\.shape)); \
      this one has \(directions.map(\.shape)).
      """)
    return NablaCalculus.tangents(
      of: results, along: zip(variables, directions).map { ($0, TracedTensor($1)) }, isRecording: false)
  }

  /// Values in the structure of the parameters, zero where they are nil.
  func tree(_ values: [TracedTensor<Scalar>?]) -> Parameters {
    parameters.replacingLeaves(
      with: zip(values, variables).map { value, variable in
        value?.value.contiguous() ?? Tensor.zeros(variable.shape)
      })
  }
}

func requireScalar<Scalar>(_ output: TracedTensor<Scalar>, _ what: String, instead: String) {
  precondition(
    output.count == 1,
    """
    \(what) needs a function with one number as its value; this one has shape \(output.shape). Perhaps \
    you meant its sum or mean, or \(instead).
    """)
}
