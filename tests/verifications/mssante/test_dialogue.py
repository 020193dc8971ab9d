"""La relecture du dialogue : sessions, commandes, envois, même incomplets."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from steps.verifications.mssante.dialogue import Issue, mecanisme, sessions, transactions
from steps.verifications.mssante.envois import lire_chemin
from tests.verifications.mssante.fabrique_dialogues import BAL, COURRIEL, TLS12, Fil, envoi_normal, releve_normal


def test_un_envoi() -> None:
    """Une connexion normale donne sa session, son canal, son identification et son envoi."""
    [session] = sessions(envoi_normal())
    assert (session.protocole, session.tls, session.bal) == ("smtp", TLS12, BAL)
    assert session.fermee_par_le_client
    assert [c.verbe for c in session.en_clair] == ["EHLO", "STARTTLS"]
    [envoi] = session.transactions
    assert (envoi.expediteur, envoi.adresses, envoi.bal) == (BAL, ("dest@cabinet.formation.mssante.fr",), BAL)
    assert envoi.parametres == {"SIZE": str(len(COURRIEL))}
    assert (envoi.issue, envoi.message, envoi.statut) == (Issue.ACCEPTE, COURRIEL, 250)


def test_connexions_melees() -> None:
    """Deux connexions dont les commandes se croisent restent séparées, chacune dans l'ordre de ses numéros."""
    envoi, releve = envoi_normal(), releve_normal()
    meles = [*envoi, *releve]
    random.Random(4).shuffle(meles)
    lues = {s.protocole: s for s in sessions(meles)}
    assert lues["smtp"].echanges == tuple(envoi)
    assert lues["imap"].echanges == tuple(releve)
    assert [s.protocole for s in sessions(meles, "imap")] == ["imap"]


def test_connexion_sans_commande() -> None:
    """Une connexion ouverte puis refermée sans un mot est une session, que le client n'a pas fermée par QUIT."""
    fil = Fil()
    fil.commande("connexion", statut=220)
    fil.commande("fin", statut=0)
    [session] = sessions(fil.echanges)
    assert session.commandes == () and not session.fermee_par_le_client


def test_autres_services() -> None:
    """Les échanges d'un autre service, numérotés de même, n'entrent pas dans les sessions de messagerie."""
    ailleurs = [replace(e, service="dmp") for e in envoi_normal()]
    assert sessions(ailleurs) == []


def test_boite_d_un_envoi() -> None:
    """La boîte d'un envoi est celle de l'identification qui précède, même si MAIL ne la redit pas."""
    fil = Fil().ouvrir().chiffrer().identifier()
    fil.authentifie = False
    assert [t.bal for t in transactions(fil.envoyer().finir())] == [BAL]


def test_issues_d_un_envoi() -> None:
    """Accepté, refusé, différé, coupé, abandonné : chacun se lit dans les réponses."""

    def issue(fil: Fil) -> Issue:
        [lu] = transactions(fil.finir(propre=False))
        return lu.issue

    def pret() -> Fil:
        return Fil().ouvrir().chiffrer().identifier()

    assert issue(pret().envoyer(statut=552)) is Issue.REFUSE
    assert issue(pret().envoyer(statut=500)) is Issue.REFUSE
    assert issue(pret().envoyer(statut=451)) is Issue.DIFFERE
    assert issue(pret().envoyer(statut=None)) is Issue.COUPE
    assert issue(pret().envoyer("a@x.fr", "b@x.fr", refuses={"a@x.fr": 550, "b@x.fr": 550})) is Issue.REFUSE
    assert issue(pret().envoyer("a@x.fr", "b@x.fr", refuses={"a@x.fr": 550, "b@x.fr": 450})) is Issue.DIFFERE
    assert issue(pret().envoyer("a@x.fr", "b@x.fr", refuses={"a@x.fr": 550})) is Issue.ACCEPTE
    abandon = pret()
    abandon.commande("MAIL", f"FROM:<{BAL}>")
    assert issue(abandon) is Issue.ABANDONNE
    refuse = pret()
    refuse.commande("MAIL", "FROM:<autre@x.fr>", 550)
    assert issue(refuse) is Issue.REFUSE


def test_plusieurs_envois_sur_une_connexion() -> None:
    """RSET, puis deux envois à la suite : trois transactions."""
    fil = Fil().ouvrir().chiffrer().identifier()
    fil.commande("MAIL", f"FROM:<{BAL}>")
    fil.commande("RSET")
    lus = transactions(fil.envoyer("a@x.fr").envoyer("b@x.fr").finir())
    assert [(t.issue.name, t.adresses) for t in lus] == [
        ("ABANDONNE", ()),
        ("ACCEPTE", ("a@x.fr",)),
        ("ACCEPTE", ("b@x.fr",)),
    ]


def test_rafale() -> None:
    """MAIL, RCPT et DATA partis d'un coup, RCPT refusés : DATA refusé, rien d'accepté."""
    fil = Fil().ouvrir().chiffrer().identifier()
    fil.commande("MAIL", f"FROM:<{BAL}>")
    fil.commande("RCPT", "TO:<a@x.fr>", 550)
    fil.commande("DATA", statut=554)
    [lu] = transactions(fil.finir())
    assert (lu.issue, lu.message, lu.acceptes) == (Issue.REFUSE, None, ())


def test_chemins() -> None:
    """Chevrons, espace, casse, route, adresse vide, partie locale entre guillemets."""
    assert lire_chemin("FROM:<a@b.fr> SIZE=12 BODY=8BITMIME") == ("a@b.fr", {"SIZE": "12", "BODY": "8BITMIME"})
    assert lire_chemin("from: <a@b.fr>") == ("a@b.fr", {})
    assert lire_chemin("TO:a@b.fr notify=never") == ("a@b.fr", {"NOTIFY": "never"})
    assert lire_chemin("FROM:<>") == ("", {})
    assert lire_chemin("TO:<@relais.fr,@autre.fr:a@b.fr>") == ("a@b.fr", {})
    assert lire_chemin('TO:<"a > b"@c.fr> NOTIFY=SUCCESS,FAILURE') == ('"a > b"@c.fr', {"NOTIFY": "SUCCESS,FAILURE"})
    assert lire_chemin("n'importe quoi") == ("", {})


def test_mecanismes() -> None:
    """Le mécanisme vient de la note, sinon du premier mot ; la commande LOGIN en est un."""
    fil = Fil("imap").ouvrir()
    assert mecanisme(sessions([fil.commande("AUTHENTICATE", "plain", mecanisme="")])[0].commandes[0]) == "PLAIN"
    assert mecanisme(sessions([fil.commande("LOGIN", "*** ***")])[0].commandes[0]) == "LOGIN"


def test_poignee_refusee() -> None:
    """Une poignée refusée garde le nom du certificat présenté et la panne jouée."""
    fil = Fil(certificat="expire").ouvrir().refuser_la_poignee(panne="certificat_expire")
    [session] = sessions(fil.echanges)
    assert session.poignee_refusee and not session.chiffree
    assert (session.certificat_serveur, session.pannes) == ("expire", ("certificat_expire",))


@given(st.lists(st.sampled_from(["EHLO", "MAIL", "RCPT", "DATA", "RSET", "QUIT", "AUTH", "STARTTLS", "?", "fin"])))
def test_tout_ordre_se_lit(verbes: list[str]) -> None:
    """Aucun ordre de commandes, aucune coupure ne fait échouer la lecture ; chaque MAIL ouvre un envoi."""
    fil = Fil()
    for rang, verbe in enumerate(verbes):
        fil.commande(verbe, "FROM:<a@b>" if verbe == "MAIL" else "TO:<c@d", statut=(250, 0, 550, 450)[rang % 4])
    assert len(transactions(fil.echanges)) == verbes.count("MAIL")


@given(st.text(max_size=80))
def test_tout_chemin_se_lit(texte: str) -> None:
    """Un argument quelconque donne une adresse, peut-être vide."""
    adresse, _ = lire_chemin(f"TO:{texte}")
    assert isinstance(adresse, str)
