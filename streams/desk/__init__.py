"""Desk: what a manager does about alerts and what is told of them - decisions, paging, tasks, the morning list."""
