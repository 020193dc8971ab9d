"""L'enveloppe : remise, expéditeur, destinataires, taille."""

from __future__ import annotations

from reports.verdict import Verdict
from simulators.socle.echange import Echange
from steps.verifications.mssante import enveloppe as regles
from steps.verifications.mssante.dialogue import sessions, transactions
from tests.verifications.mssante.fabrique_dialogues import BAL, COURRIEL, Fil, envoi_normal

DEST = "dest@cabinet.formation.mssante.fr"
AUTRE = "autre@cabinet.formation.mssante.fr"


def pret(annonce: bytes = b"") -> Fil:
    fil = Fil().ouvrir().chiffrer()
    fil.commande("EHLO", reponse=b"250-mss\r\n" + annonce + b"250 8BITMIME\r\n")
    return fil.identifier()


def test_achemine() -> None:
    """Chaque destinataire voulu est remis, en une ou plusieurs transactions ; sinon le message dit lequel manque."""

    def verdict(echanges: list[Echange], *voulus: str) -> Verdict:
        return regles.achemine(transactions(echanges), voulus or (DEST,)).verdict

    assert verdict(envoi_normal()) is Verdict.CONFORME
    assert verdict(pret().envoyer(DEST).envoyer(AUTRE).finir(), DEST.upper(), AUTRE) is Verdict.CONFORME
    assert verdict(pret().envoyer(DEST).finir(), DEST, AUTRE) is Verdict.NON_CONFORME
    assert verdict(pret().envoyer(DEST, AUTRE, refuses={AUTRE: 550}).finir(), DEST, AUTRE) is Verdict.NON_CONFORME
    assert verdict(pret().envoyer(statut=552).finir()) is Verdict.NON_CONFORME
    assert verdict(pret().envoyer(statut=None).finir(propre=False)) is Verdict.NON_CONFORME
    assert verdict([]) is Verdict.NON_CONCLUANT


def test_identification_refusee() -> None:
    """L'opérateur refuse l'identification : une personne regarde pourquoi ; réussie ensuite, le jugement reprend."""
    refus = Fil().ouvrir().chiffrer().identifier(statut=535).finir()
    assert regles.achemine([], [DEST], sessions(refus)).verdict is Verdict.A_VERIFIER
    assert regles.achemine([], [DEST], sessions(refus + pret().finir())).verdict is Verdict.NON_CONCLUANT


def test_expediteur() -> None:
    """MAIL FROM est la boîte identifiée, casse indifférente ; une autre est à vérifier."""
    assert regles.expediteur_identifie(transactions(envoi_normal())).verdict is Verdict.CONFORME
    assert regles.expediteur_identifie(transactions(pret().envoyer(expediteur=BAL.upper()).echanges)).verdict is (
        Verdict.CONFORME
    )
    autre = pret().envoyer(expediteur="crbio@labo.formation.mssante.fr").echanges
    assert regles.expediteur_identifie(transactions(autre)).verdict is Verdict.A_VERIFIER
    assert regles.expediteur_identifie([]).verdict is Verdict.NON_CONCLUANT


def courriel(destinataires: str, copies: str = "") -> bytes:
    entete = f"To: {destinataires}\r\n" + (f"Cc: {copies}\r\n" if copies else "")
    return entete.encode() + b"Message-ID: <m2@labo>\r\n\r\nTo: piege@corps.fr\r\n"


def test_destinataires() -> None:
    """To et Cc sont dans l'enveloppe ; une copie cachée demandée aussi ; un envoi par destinataire convient."""

    def verdict(fil: Fil, *caches: str) -> Verdict:
        return regles.destinataires_de_l_enveloppe(transactions(fil.echanges), caches).verdict

    octets = courriel(f"Docteur <{DEST}>", AUTRE)
    assert verdict(pret().envoyer(DEST, AUTRE, courriel=octets)) is Verdict.CONFORME
    assert verdict(pret().envoyer(DEST, courriel=octets).envoyer(AUTRE, courriel=octets)) is Verdict.CONFORME
    assert verdict(pret().envoyer(DEST, courriel=octets)) is Verdict.A_VERIFIER
    assert verdict(pret().envoyer(DEST, AUTRE, "x@y.fr", courriel=octets)) is Verdict.A_VERIFIER
    assert verdict(pret().envoyer(DEST, AUTRE, "x@y.fr", courriel=octets), "X@Y.fr") is Verdict.CONFORME
    assert verdict(Fil().ouvrir()) is Verdict.NON_CONCLUANT


def test_taille() -> None:
    """Taille donnée et sous la limite : passe ; absente : remarque ; dépassée ou très sous-estimée : à vérifier."""

    def juger(annonce: bytes, mail: str | None, courriel: bytes = COURRIEL) -> tuple[str, str]:
        fil = pret(annonce)
        fil.commande("MAIL", f"FROM:<{BAL}>" + (f" SIZE={mail}" if mail is not None else ""))
        fil.commande("RCPT", f"TO:<{DEST}>")
        fil.commande("DATA", corps=courriel)
        constat = regles.taille_annoncee(sessions(fil.echanges))
        return constat.verdict.value, constat.attendu

    exacte = str(len(COURRIEL))
    assert juger(b"250-SIZE 1000000\r\n", exacte) == ("conforme", "")
    assert juger(b"250-SIZE\r\n", exacte) == ("conforme", "")
    assert juger(b"250-SIZE 1000000\r\n", None)[0] == "conforme"
    assert juger(b"250-SIZE 1000000\r\n", None)[1] != ""
    assert juger(b"250-SIZE 100\r\n", exacte)[0] == "a_verifier"
    assert juger(b"250-SIZE 1000000\r\n", "12")[0] == "a_verifier"
    assert juger(b"250-SIZE 1000000\r\n", "douze")[0] == "conforme"
    assert juger(b"", exacte)[0] == "non_concluant"


def test_message_sans_entete() -> None:
    """Des octets quelconques n'ont ni Message-ID ni destinataire, sans erreur."""
    for octets in (b"", b"\x00\xff\xfe", b"To: \xff\xff\r\n\r\n", b"To:" + b"," * 1000):
        assert regles.identifiant_du_message(octets) == ""
        assert regles.adresses_visibles(octets) == set()
        assert regles.objet_du_message(octets) == ""


def test_objet() -> None:
    """Un objet codé se lit ; un codage inconnu est rendu tel quel."""
    assert regles.objet_du_message(b"Subject: =?utf-8?q?R=C3=A9sultat?=\r\n\r\n") == "Résultat"
    assert regles.objet_du_message(b"Subject: =?inconnu?q?x?=\r\n\r\n") == "=?inconnu?q?x?="
