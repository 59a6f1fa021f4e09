"""The supervisor's dashboard, the first page of the administration: each panel a module with its queries."""
