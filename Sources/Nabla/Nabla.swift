// SPDX-License-Identifier: Apache-2.0

@_exported public import NablaCalculus
@_exported public import NablaCriticalPoints
@_exported public import NablaExpressions
@_exported public import NablaIntegration
@_exported public import NablaKernels
@_exported public import NablaLearning
@_exported public import NablaOptimization
@_exported public import NablaPlots
@_exported public import NablaProbability
@_exported public import NablaTensors
