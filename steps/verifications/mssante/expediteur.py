"""L'expéditeur : libellé et adresse du From, adresse de réponse."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.boites_lues import Adresse
from steps.verifications.mssante.contexte import BalLue, ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.portee import sans_contexte
from steps.verifications.registre import verification

_REF = "MSSanté référentiel #2"
_VA1_16 = f"REM BIO, exigence MSS/va1.16 ; {_REF}, ECO.2.2.7"
_VA1_09 = f"REM BIO, exigence MSS/va1.09 ; {_REF}, ECO.2.2.5"

LIBELLE = Regle(
    "MSS-EXP-01", "From porte un libellé à côté de l'adresse", _VA1_16, Confiance.OFFICIELLE,
    "Écrire From: Intitulé_BAL <adresse>.",
)  # fmt: skip
PERSONNE = Regle(
    "MSS-EXP-02", "Le libellé d'une boîte personnelle est Titre_Prénom_NOM_Entité", _VA1_16, Confiance.OFFICIELLE,
    "Joindre par des tirets bas titre, prénom, nom, entité ; seuls prénom et nom sont obligatoires.",
)  # fmt: skip
CAPITALES = Regle(
    "MSS-EXP-03", "Le nom du libellé est en capitales",
    f"{_REF}, ECO.2.2.7, vu à travers la documentation publique d'un éditeur", Confiance.SECONDAIRE,
    "Écrire le nom en capitales : Dr_Alix_BIOLOGUE.",
)  # fmt: skip
ENTITE = Regle(
    "MSS-EXP-04", "Le libellé d'une boîte organisationnelle ou applicative est le nom de l'entité", _VA1_16,
    Confiance.OFFICIELLE, "Écrire comme libellé le nom de l'entité, et lui seul.",
)  # fmt: skip
ADRESSE = Regle(
    "MSS-EXP-05", "L'adresse du From est celle de la boîte d'émission",
    "ANS, CI-SIS, transmission de documents par une plateforme d'intermédiation (From : la boîte employée)",
    Confiance.DOCUMENTEE, "Écrire dans From la boîte qui envoie.",
)  # fmt: skip
REPONSE = Regle(
    "MSS-EXP-06", "Une boîte applicative donne dans Reply-To une boîte personnelle ou organisationnelle", _VA1_09,
    Confiance.OFFICIELLE, "Écrire Reply-To: <boîte PER ou ORG qui permet de joindre l'émetteur>.",
)  # fmt: skip
RETOUR = Regle(
    "MSS-EXP-07", "Reply-To est l'adresse de retour paramétrée", "REM BIO, exigence MSS/va1.18", Confiance.OFFICIELLE,
    "Écrire dans Reply-To l'adresse de retour que le site a paramétrée.",
)  # fmt: skip


@verification(LIBELLE, PERSONNE, CAPITALES, ENTITE, ADRESSE)
def expediteur(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Libellé et adresse du From ; rien si From manque ou ne se lit pas, ce que disent d'autres règles."""
    lue, entete, bal = courriel.expediteur, courriel.entete("From"), contexte.bal_emission
    if lue is None or entete is None:
        return []
    ou, echanges = entete.ou, contexte.echanges
    constats = [
        juger(
            LIBELLE, bool(lue.libelle) and lue.libelle.lower() != lue.cle, "From n'a pas de libellé signifiant.",
            attendu="Intitulé_BAL <adresse>", recu=entete.valeur[:200], ou=ou, echanges=echanges,
        )
    ]  # fmt: skip
    if bal is None:
        return [*constats, sans_contexte(ADRESSE, "la boîte d'émission, son type et son intitulé", echanges)]
    constats.append(
        juger(
            ADRESSE, lue.cle == bal.adresse.lower() and len(courriel.adresses("From")) == 1,
            "From n'est pas la boîte d'émission.", attendu=bal.adresse, recu=entete.valeur[:200], ou=ou,
            echanges=echanges,
        )
    )  # fmt: skip
    return constats + (_libelle(lue, bal, ou, echanges) if lue.libelle else [])


def _libelle(lue: Adresse, bal: BalLue, ou: str, echanges: tuple[int, ...]) -> list[Constat]:
    if bal.type == "PER":
        if not (bal.nom and bal.prenom):
            return [sans_contexte(PERSONNE, "le nom et le prénom du titulaire de la boîte", echanges)]
        return _personne(lue.libelle, bal, ou, echanges)
    if bal.type not in ("ORG", "APP"):
        return [sans_contexte(ENTITE, "la forme du libellé d'une boîte de ce type", echanges)]
    if not bal.intitule:
        return [sans_contexte(ENTITE, "l'intitulé de la boîte", echanges)]
    recu, voulu = lettres(lue.libelle), lettres(bal.intitule)
    if recu != voulu and voulu in recu:
        message = "Le libellé porte le nom de l'entité et autre chose."
        return [ENTITE.a_regarder(message, recu=lue.libelle[:200], ou=ou, echanges=echanges)]
    return [
        juger(
            ENTITE, recu == voulu, "Le libellé n'est pas le nom de l'entité.", attendu=bal.intitule,
            recu=lue.libelle[:200], ou=ou, echanges=echanges,
        )
    ]  # fmt: skip


def _personne(libelle: str, bal: BalLue, ou: str, echanges: tuple[int, ...]) -> list[Constat]:
    parties = [partie.strip() for partie in libelle.split("_")]
    place = next(
        (
            rang for rang in (0, 1)
            if len(parties) > rang + 1
            and lettres(parties[rang]) == lettres(bal.prenom) and lettres(parties[rang + 1]) == lettres(bal.nom)
        ),
        -1,
    )  # fmt: skip
    attendu = f"Titre_{bal.prenom}_{bal.nom.upper()}_Entité (titre et entité facultatifs)"
    if place < 0:
        message = "Le libellé de la boîte personnelle n'a pas la forme attendue."
        return [PERSONNE.enfreinte(message, attendu=attendu, recu=libelle[:200], ou=ou, echanges=echanges)]
    nom = parties[place + 1]
    return [
        PERSONNE.respectee(recu=libelle[:200], ou=ou, echanges=echanges),
        juger(
            CAPITALES, nom == nom.upper(), "Le nom du libellé n'est pas en capitales.", attendu=bal.nom.upper(),
            recu=nom, ou=ou, echanges=echanges,
        ),
    ]  # fmt: skip


def lettres(texte: str) -> str:
    """Les lettres et chiffres d'un nom, en capitales sans accents : traits d'union, espaces et apostrophes ôtés."""
    return "".join(c for c in comparable(texte) if c.isalnum())


@verification(REPONSE, RETOUR)
def reponse_a(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Reply-To d'une boîte applicative désigne une boîte personnelle ou organisationnelle, celle qui est paramétrée."""
    bal, echanges = contexte.bal_emission, contexte.echanges
    entete = courriel.entete("Reply-To")
    ou = entete.ou if entete is not None else "en-tête Reply-To"
    recues = [adresse.adresse for adresse in courriel.adresses("Reply-To")]
    recu = ", ".join(recues) or "rien"
    constats = []
    if bal is None or not bal.type:
        constats.append(sans_contexte(REPONSE, "si la boîte d'émission est applicative", echanges))
    elif bal.type == "APP":
        types = {nom.lower(): type_ for nom, type_ in contexte.types_de_bal.items()}
        vus = [types.get(adresse.lower(), "") for adresse in recues]
        mauvais = not recues or any(a.lower() == bal.adresse.lower() for a in recues) or {"APP", "CAB"} & set(vus)
        if not mauvais and "" in vus:
            message = (
                "Reply-To désigne une boîte dont le banc ne sait pas si elle est personnelle ou organisationnelle."
            )
            constats.append(REPONSE.a_regarder(message, recu=recu, ou=ou, echanges=echanges))
        else:
            constats.append(
                juger(
                    REPONSE, not mauvais, "Le courriel d'une boîte applicative ne dit pas à qui répondre.",
                    attendu="l'adresse d'une boîte personnelle ou organisationnelle", recu=recu, ou=ou,
                    echanges=echanges,
                )
            )  # fmt: skip
    else:
        constats.append(REPONSE.respectee("la boîte d'émission n'est pas applicative", recu=bal.type, ou=ou,
                                          echanges=echanges))  # fmt: skip
    if contexte.adresse_retour:
        attendue = contexte.adresse_retour
        juste = [a.lower() for a in recues] == [attendue.lower()]
        # Sans Reply-To, les réponses vont au From.
        if not recues and courriel.expediteur is not None:
            juste = courriel.expediteur.cle == attendue.lower()
        constats.append(
            juger(
                RETOUR, juste, "Les réponses n'iraient pas à l'adresse de retour paramétrée.", attendu=attendue,
                recu=recu, ou=ou, echanges=echanges,
            )
        )  # fmt: skip
    else:
        constats.append(sans_contexte(RETOUR, "l'adresse de retour paramétrée", echanges))
    return constats
