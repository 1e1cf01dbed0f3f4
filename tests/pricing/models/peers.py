"""Peers: what statsmodels makes of the same model, written the way statisticians write it."""

import numpy as np
import statsmodels.api as sm


def design(frame, *columns):
    """Intercept and columns."""
    return np.column_stack([np.ones(frame.height), *[np.asarray(column, float) for column in columns]])


def fitted(matrix, y, exposure, family, offset=None):
    """The fit of y per exposure, weighted by exposure."""
    model = sm.GLM(
        np.asarray(y) / exposure, matrix, family=family, var_weights=np.asarray(exposure, float), offset=offset
    )
    return model.fit(tol=1e-14, maxiter=200, tol_criterion="params")
