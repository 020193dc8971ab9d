"""Les valeurs neuves d'une demande : state et nonce (PSC-ALE), défi PKCE (PSC-PKC).

    verifier_valeurs_neuves(dialogue, client) -> list[Constat]

À jouer sur toutes les demandes vues (le plus grand nombre prouve le mieux) : deux demandes au moins pour dire qu'une
valeur est neuve à chaque fois ; avec une seule, rien n'en est dit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.psc import sources
from steps.verifications.psc.alea import SEUIL, SEUIL_NONCE, bits, decrire, est_uuid4
from steps.verifications.psc.contexte import ClientDeclare
from steps.verifications.psc.lecture import Appel, Dialogue, numeros
from steps.verifications.registre import verification

_OU = "demandes d'autorisation, {}"

STATE = Regle(
    "PSC-ALE-01", "Chaque demande porte un state", f"{sources.VOLET}, demande d'autorisation", Confiance.OFFICIELLE,
    "Ajouter un state à chaque demande d'autorisation.",
)  # fmt: skip
STATE_IMPREVISIBLE = Regle(
    "PSC-ALE-02", "Le state ne peut pas être deviné (128 bits au moins)",
    f"{sources.RFC6749.format('10.12 et 10.10')}", Confiance.OFFICIELLE,
    "Tirer le state d'un générateur cryptographique : 16 octets au moins, 32 de préférence.",
)  # fmt: skip
STATE_NEUF = Regle(
    "PSC-ALE-03", "Le state est neuf à chaque demande", sources.RFC9700.format("4.7.1"), Confiance.OFFICIELLE,
    "Tirer un state par demande, lié à la session du navigateur, et l'oublier au retour.",
)  # fmt: skip
NONCE = Regle(
    "PSC-ALE-04", "Chaque demande porte un nonce",
    f"{sources.BANC} ; le connecteur de l'ANS en envoie un, {sources.CORE.format('3.1.2.1')} le laisse facultatif",
    Confiance.DEDUITE, "Ajouter un nonce à chaque demande et le comparer à celui de l'ID token.",
)  # fmt: skip
NONCE_IMPREVISIBLE = Regle(
    "PSC-ALE-05", "Le nonce ne peut pas être deviné (64 bits au moins)",
    f"{sources.CORE.format('15.5.2')} ne chiffre pas ce qu'il demande ; seuil : {sources.BANC}", Confiance.DEDUITE,
    "Tirer le nonce d'un générateur cryptographique : 16 octets, 32 comme le connecteur de l'ANS.",
)  # fmt: skip
NONCE_NEUF = Regle(
    "PSC-ALE-06", "Le nonce est neuf à chaque demande", sources.CORE.format("15.5.2"), Confiance.OFFICIELLE,
    "Tirer un nonce par demande.",
)  # fmt: skip
PKCE = Regle(
    "PSC-PKC-01", "PKCE est employé si le logiciel le déclare",
    f"{sources.DECLARATION} ; l'obligation n'est dite par aucun texte lu", Confiance.DEDUITE,
    "Envoyer code_challenge et code_challenge_method=S256, ou retirer pkce de la déclaration.",
)  # fmt: skip
METHODE = Regle(
    "PSC-PKC-02", "Le défi PKCE est en S256", f"{sources.RFC7636.format('4.2')} ; {sources.RFC9700.format('2.1.1')}",
    Confiance.DEDUITE, "Envoyer code_challenge_method=S256.",
)  # fmt: skip
FORME = Regle(
    "PSC-PKC-03", "Le défi PKCE a la forme d'un SHA-256 en base64url", sources.RFC7636.format("4.2"),
    Confiance.OFFICIELLE, "Calculer code_challenge = base64url(SHA-256(code_verifier)), sans « = » : 43 caractères.",
)  # fmt: skip
DEFI_NEUF = Regle(
    "PSC-PKC-04", "Le défi PKCE est neuf à chaque demande", sources.RFC9700.format("2.1.1"), Confiance.OFFICIELLE,
    "Tirer un code_verifier par demande.",
)  # fmt: skip
VERIFIEUR = Regle(
    "PSC-PKC-05", "Le vérifieur envoyé au point de jetons est celui du défi", sources.RFC7636.format("4.5 et 4.6"),
    Confiance.OFFICIELLE, "Garder code_verifier côté serveur et l'envoyer avec le code.",
)  # fmt: skip

_DEFI = re.compile(r"[A-Za-z0-9_-]{43}")


@rejouable
def verifier_valeurs_neuves(dialogue: Dialogue, client: ClientDeclare) -> list[Constat]:
    """state, nonce et PKCE de toutes les demandes."""
    return [
        *state(dialogue.demandes, dialogue), *nonce(dialogue.demandes, dialogue), *pkce(dialogue, client),
    ]  # fmt: skip


@verification(STATE, STATE_IMPREVISIBLE, STATE_NEUF)
def state(demandes: Sequence[Appel], dialogue: Dialogue) -> list[Constat]:
    """Un state par demande, imprévisible, jamais repris ; recharger la page de la mire n'est pas le reprendre."""
    return _valeur("state", STATE, STATE_IMPREVISIBLE, STATE_NEUF, demandes, dialogue)


@verification(NONCE, NONCE_IMPREVISIBLE, NONCE_NEUF)
def nonce(demandes: Sequence[Appel], dialogue: Dialogue) -> list[Constat]:
    """Un nonce par demande, imprévisible, jamais repris."""
    return _valeur("nonce", NONCE, NONCE_IMPREVISIBLE, NONCE_NEUF, demandes, dialogue)


def _valeur(
    nom: str, presence: Regle, force: Regle, neuve: Regle, demandes: Sequence[Appel], dialogue: Dialogue
) -> list[Constat]:
    ou = _OU.format(nom)
    if not demandes:
        return [presence.sans_objet("aucune demande d'autorisation n'a été vue")]
    sans = [d for d in demandes if not d.un(nom)]
    avec = [d for d in demandes if d.un(nom)]
    if sans:
        presente = presence.enfreinte(
            f"Une demande n'a pas de {nom}.", attendu=f"un {nom} dans chaque demande",
            recu=f"{len(sans)} demande(s) sans {nom} sur {len(demandes)}", ou=ou, echanges=numeros(sans),
        )  # fmt: skip
    else:
        presente = presence.respectee(recu=f"{len(avec)} demande(s)", ou=ou, echanges=numeros(avec))
    if not avec:
        return [presente]
    return [presente, _force(nom, force, avec), *_neuve(nom, neuve, avec, dialogue)]


def _force(nom: str, regle: Regle, avec: Sequence[Appel]) -> Constat:
    seuil = SEUIL if nom == "state" else SEUIL_NONCE
    valeurs = list(dict.fromkeys(d.un(nom) for d in avec))
    pire = min(valeurs, key=lambda v: bits(v, valeurs))
    ou, n = _OU.format(nom), numeros(d for d in avec if d.un(nom) == pire)
    recu = decrire(pire, valeurs)
    attendu = f"{seuil:.0f} bits au moins (plafond estimé d'après la longueur et les caractères)"
    if bits(pire, valeurs) >= seuil:
        return regle.respectee(recu=recu, ou=ou, echanges=n)
    if all(est_uuid4(v) or bits(v, valeurs) >= seuil for v in valeurs):
        return regle.signalee(
            f"Le {nom} est un UUID tiré au hasard : 122 bits, un peu moins que ce qui est demandé, admis.",
            attendu=attendu, recu=recu, ou=ou, echanges=n,
        )  # fmt: skip
    message = f"Le {nom} est trop court ou trop prévisible."
    return regle.enfreinte(message, attendu=attendu, recu=recu, ou=ou, echanges=n)


def _neuve(nom: str, regle: Regle, avec: Sequence[Appel], dialogue: Dialogue) -> list[Constat]:
    ou = _OU.format(nom)
    distinctes, reprises = _reprises(nom, avec, dialogue)
    if reprises:
        return [
            regle.enfreinte(
                f"Le {nom} d'une demande est repris dans une autre.", attendu=f"un {nom} neuf par demande",
                recu=f"{len(reprises)} demande(s) reprennent un {nom} déjà vu", ou=ou, echanges=numeros(reprises),
            )
        ]  # fmt: skip
    if distinctes < 2:
        return []
    return [regle.respectee(recu=f"{distinctes} valeurs différentes", ou=ou, echanges=numeros(avec))]


def _reprises(nom: str, avec: Sequence[Appel], dialogue: Dialogue) -> tuple[int, list[Appel]]:
    """Valeurs différentes, et demandes qui en reprennent une.

    La même demande ouverte deux fois (page rechargée) n'en est pas une autre, sauf si la première avait abouti.
    """
    premieres: dict[str, Appel] = {}
    reprises = []
    for demande in avec:
        valeur = demande.un(nom)
        premiere = premieres.setdefault(valeur, demande)
        if premiere is demande:
            continue
        meme = premiere.adresse == demande.adresse and premiere.formulaire == demande.formulaire
        aboutie = any(
            r.transaction == premiere.note("transaction") and r.numero < demande.numero for r in dialogue.retours
        )
        if not meme or aboutie:
            reprises.append(demande)
    return len(premieres), reprises


@verification(PKCE, METHODE, FORME, DEFI_NEUF, VERIFIEUR)
def pkce(dialogue: Dialogue, client: ClientDeclare) -> list[Constat]:
    """PKCE : absent et non déclaré, remarque ; plain, à vérifier ; mal formé, repris ou sans vérifieur, en faute."""
    demandes = dialogue.demandes
    ou = _OU.format("code_challenge")
    avec = [d for d in demandes if d.un("code_challenge")]
    if not demandes:
        return []
    if len(avec) < len(demandes):
        sans = [d for d in demandes if d not in avec]
        recu = f"absent de {len(sans)} demande(s) sur {len(demandes)}"
        dire = PKCE.enfreinte if client.pkce else PKCE.signalee
        constats = [
            dire(
                "Le logiciel déclare PKCE et ne l'emploie pas." if client.pkce else "PKCE n'est pas employé.",
                attendu="code_challenge en S256", recu=recu, ou=ou, echanges=numeros(sans),
            )
        ]  # fmt: skip
    else:
        constats = [PKCE.respectee(recu=f"{len(avec)} demande(s)", ou=ou, echanges=numeros(avec))]
    if not avec:
        return constats
    return [*constats, _methode(avec), *_forme(avec), *_neuve("code_challenge", DEFI_NEUF, avec, dialogue),
            *_verifieur(dialogue)]  # fmt: skip


def _methode(avec: Sequence[Appel]) -> Constat:
    autres = [d for d in avec if d.un("code_challenge_method") != "S256"]
    ou = _OU.format("code_challenge_method")
    if not autres:
        return METHODE.respectee(recu="S256", ou=ou, echanges=numeros(avec))
    return METHODE.enfreinte(
        "Le défi PKCE n'est pas en S256.", attendu="S256",
        recu=autres[0].un("code_challenge_method")[:60] or "absent (donc plain)", ou=ou, echanges=numeros(autres),
    )  # fmt: skip


def _forme(avec: Sequence[Appel]) -> list[Constat]:
    en_s256 = [d for d in avec if d.un("code_challenge_method") == "S256"]
    if not en_s256:
        return []
    faux = [d for d in en_s256 if not _DEFI.fullmatch(d.un("code_challenge"))]
    ou = _OU.format("code_challenge")
    if not faux:
        return [FORME.respectee(recu="43 caractères base64url", ou=ou, echanges=numeros(en_s256))]
    return [
        FORME.enfreinte(
            "Le défi PKCE n'a pas la forme d'un SHA-256.", attendu="43 caractères base64url, sans « = »",
            recu=f"{len(faux[0].un('code_challenge'))} caractères", ou=ou, echanges=numeros(faux),
        )
    ]  # fmt: skip


def _verifieur(dialogue: Dialogue) -> list[Constat]:
    juges = [a for a in dialogue.jetons if a.note("pkce") in ("conforme", "faux", "absent")]
    faux = [a for a in juges if a.note("pkce") != "conforme"]
    ou = "point de jetons, code_verifier"
    avec = {d.note("transaction") for d in dialogue.demandes if d.un("code_challenge")}
    faux = [a for a in faux if a.note("transaction") in avec]
    if faux:
        return [
            VERIFIEUR.enfreinte(
                "Le vérifieur PKCE manque ou n'est pas celui du défi.", attendu="le code_verifier de cette demande",
                recu=faux[0].note("pkce"), ou=ou, echanges=numeros(faux),
            )
        ]  # fmt: skip
    bons = [a for a in juges if a.note("pkce") == "conforme"]
    return [VERIFIEUR.respectee(recu="conforme", ou=ou, echanges=numeros(bons))] if bons else []
