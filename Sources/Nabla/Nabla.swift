@_exported public import NablaCalculus
@_exported public import NablaCriticalPoints
@_exported public import NablaExpressions
@_exported public import NablaKernels
@_exported public import NablaLearning
@_exported public import NablaOptimization
@_exported public import NablaPlots
@_exported public import NablaTensors
