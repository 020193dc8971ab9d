# language: fr
Fonctionnalité: Chargement de l'annuaire public des professionnels
  L'extraction publique se charge, se recharge et se charge d'elle-même au rythme choisi.

  @ANN/va1.01.01
  Scénario: L'extraction publique est chargée, puis rechargée quand elle a changé
    # Le texte officiel demande au moins un chargement ; un second montre que les fiches suivent l'annuaire.
    Étant donné des professionnels publiés par l'Annuaire Santé
      | professionnel   | nom         | prénom   | profession | spécialité  |
      | le pneumologue  | ÇELIK-D'ÉTÉ | Noé      | Médecin    | Pneumologie |
      | la pharmacienne | MŒRIS       | Anne-Zoé | Pharmacien |             |
      | le partant      | SURLEDÉPART | Léo      | Infirmier  |             |
    Quand l'administrateur charge l'extraction de l'Annuaire Santé
    Alors l'extraction de l'annuaire a été téléchargée et chargée
    Et le rapport d'intégration rend compte de son contenu
    Et « le pneumologue » se trouve dans l'annuaire chargé, tel que l'extraction le donne
    Et « la pharmacienne » se trouve dans l'annuaire chargé, tel que l'extraction le donne
    Et « le partant » se trouve dans l'annuaire chargé, tel que l'extraction le donne
    Et des professionnels pris d'un bout à l'autre de l'extraction s'y trouvent aussi
    Étant donné des professionnels publiés par l'Annuaire Santé
      | professionnel    | nom              | prénom | profession | spécialité   |
      | la nouvelle      | NOUVELLE-N'GUYEN | Ève    | Médecin    | Dermatologie |
      | l'autre nouvelle | ARRIVANT         | Zoé    | Sage-Femme |              |
    Quand l'Annuaire Santé change le nom d'exercice de « le pneumologue » en « ÇELIK DUPRÉ »
    Et l'Annuaire Santé ne publie plus « le partant »
    Et l'administrateur charge l'extraction de l'Annuaire Santé
    Alors l'extraction de l'annuaire a été téléchargée et chargée
    Et le rapport d'intégration rend compte de son contenu
    Et « le pneumologue » est à jour dans l'annuaire chargé, tel que la nouvelle extraction le donne
    Et « la nouvelle » est à jour dans l'annuaire chargé, tel que la nouvelle extraction le donne
    Et « le partant » n'est plus proposé par l'annuaire chargé
    Quand l'extraction de l'Annuaire Santé arrive coupée en son milieu
    Et l'administrateur charge l'extraction de l'Annuaire Santé
    Alors l'échec du chargement est dit
    Et « la nouvelle » est à jour dans l'annuaire chargé, tel que la nouvelle extraction le donne

  @ANN/va1.04.01
  Scénario: La périodicité du chargement se règle, et l'annuaire se charge de lui-même
    # Le texte officiel demande au moins le réglage ; l'exigence porte sur un chargement automatique.
    Étant donné un logiciel qui ne charge pas l'annuaire de lui-même
    Quand l'administrateur règle le chargement de l'annuaire toutes les 24 heures
    Et l'administrateur règle le chargement de l'annuaire toutes les 168 heures
    Alors chaque périodicité réglée est gardée
    Quand l'administrateur règle le chargement de l'annuaire à un rythme d'essai, très court
    Alors l'annuaire se charge de lui-même, à ce rythme
