from accounts.forms import SecondPersonForm as SecondPersonForm
