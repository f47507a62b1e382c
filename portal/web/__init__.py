"""Portal over HTTP: cookies, headers, routes and the document Streamlit's front end starts from."""
